"""What one connection may take of a server in time, bytes and places, so that half a request harms nobody else.

A request counts from when it is whole. Until then its connection is only a place, which has its time, and which must
make room when places run out: first at its own address, then at all.
"""

from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Protocol

from shared.settings import ServiceSettings

ADDRESS_MAX_PUBLIC = 100
"""Connections of one address to a service that browsers ask: a school of sixteen people, six for each browser."""
ADDRESS_MAX = 300
"""The same within the portal: every process of the gateway keeps up to a hundred."""


def networks(addresses: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Addresses and networks, separated by commas; `*` is everybody, and names that are neither are passed over."""
    if addresses.strip() == "*":
        return ip_network("0.0.0.0/0"), ip_network("::/0")
    found = []
    for word in addresses.split(","):
        try:
            found.append(ip_network(word.strip(), strict=False))
        except ValueError:
            continue
    return tuple(found)


class Waiting(Protocol):
    """A connection, as far as its place goes."""

    line: str
    since: float
    """When it began what it does now, and `due`: when it has had its time; in the event loop's seconds."""
    due: float

    @property
    def waits(self) -> bool:
        """Whether no whole request of it is in hand."""

    def overdue(self) -> None: ...

    def crowded_out(self) -> None: ...


def read_address(address: str) -> IPv4Address | IPv6Address | None:
    """An address of the Internet; None for what is none, such as a socket's path."""
    try:
        found = ip_address(address)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if found.version == 6 else found


def line_of(address: str) -> str:
    """Whose line an address is on: one has a whole /64 of IPv6, and takes another of it every day (RFC 8981)."""
    found = read_address(address)
    if found is None:
        return address
    return str(found) if found.version == 4 else str(ip_network((found, 64), strict=False))


class Connections:
    """The open connections of one listening port. `bounds`: how long each may take, and how many there may be; those
    from trusted proxies count only among all, not by their address."""

    def __init__(self, service: str, bounds: ServiceSettings, public: bool = False) -> None:
        self.service, self.bounds = service, bounds
        self.address_max = bounds.address_connections_max or (ADDRESS_MAX_PUBLIC if public else ADDRESS_MAX)
        self._proxies = networks(bounds.trusted_proxies)
        self.unfinished: set[Waiting] = set()
        """Those with a request whose head is here and whose body is not."""
        self._all: dict[Waiting, None] = {}
        self._by_line: dict[str, dict[Waiting, None]] = {}

    def enter(self, one: Waiting, address: str) -> bool:
        """A place for one more, if need be that of the one that waits longest; False: all are being answered."""
        line = self._line(address)
        same = self._by_line.get(line, {}) if line else {}
        if not self._room(same, self.address_max) or not self._room(self._all, self.bounds.connections_max):
            return False
        one.line = line
        self._all[one] = None
        if line:
            self._by_line.setdefault(line, {})[one] = None
        return True

    def leave(self, one: Waiting) -> None:
        self.unfinished.discard(one)
        self._all.pop(one, None)
        same = self._by_line.get(one.line, {})
        same.pop(one, None)
        if not same:
            self._by_line.pop(one.line, None)

    def close_overdue(self, now: float) -> None:
        for one in [one for one in self._all if one.due <= now]:
            one.overdue()

    def _room(self, of: Collection[Waiting], most: int) -> bool:
        if len(of) < most:
            return True
        waiting = min((one for one in of if one.waits), key=lambda one: one.since, default=None)
        if waiting is None:
            return False
        self.leave(waiting)
        waiting.crowded_out()
        return True

    def _line(self, address: str) -> str:
        """Whose line an address is on: one has a whole /64 of IPv6. Nothing for a proxy, which has everybody behind it.

        A socket that has no address is nobody's line either.
        """
        found = read_address(address)
        if found is None or any(found in network for network in self._proxies):
            return ""
        return line_of(address)
