"""Ports on the loopback address: free ones, asked for or found and written down; and whether one answers."""

import secrets
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from deploy.trouble import Trouble

LOOPBACK = "127.0.0.1"
PORT_MIN, PORTS_MIN = 10_000, 5_000
REPLY_S = 5.0
OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Whether something accepts connections there now."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


async def replies(url: str, auth: tuple[str, str] | None = None) -> bool:
    """Whether this address answers a request, as this user, with what was asked for."""
    async with httpx.AsyncClient(auth=auth, timeout=REPLY_S, trust_env=False) as client:
        try:
            return (await client.get(url)).is_success
        except httpx.HTTPError:
            return False


def find(count: int) -> list[int]:
    """So many different free ports; all are held open until the last is found.

    They lie below those from which the kernel gives outgoing connections theirs: one of these, made before the server
    listens, would take its port away.
    """
    held: list[socket.socket] = []
    try:
        while len(held) < count:
            one = socket.socket()
            try:
                one.bind((LOOPBACK, PORT_MIN + secrets.randbelow(_outgoing_min() - PORT_MIN)))
            except OSError:
                one.close()
            else:
                held.append(one)
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


def _outgoing_min() -> int:
    """The first port that outgoing connections are given (ip(7), ip_local_port_range)."""
    try:
        return max(int(OUTGOING.read_text().split()[0]), PORT_MIN + PORTS_MIN)
    except (OSError, ValueError):
        return 32_768


def choose(names: Sequence[str], kept: Mapping[str, int], asked: Mapping[str, int]) -> dict[str, int]:
    """A port for each name: the one asked for (or Trouble), else last time's if it is still free, else a found one.

    No two get one port, though two may have had one: what served nothing once was asked at its operations port alone.
    """
    for name, port in asked.items():
        if not is_free(port):
            raise Trouble(
                f"Port {port} for {name} is in use by another program:"
                " stop that program, or choose another port, or none and one is found."
            )
    known = dict(asked)
    for name, port in kept.items():
        if name in names and name not in known and port not in known.values() and is_free(port):
            known[name] = port
    found = iter(find(len(names)))
    return {name: known.get(name) or next(port for port in found if port not in known.values()) for name in names}
