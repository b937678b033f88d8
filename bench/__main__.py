"""`python -m bench`: starts a portal of its own, measures it, stops it, prints a table and writes it as JSON.

What needs none (`matching`: how well children are recognised; `linking`: their two records) is measured first.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from pathlib import Path
from typing import Any

import uvloop

from bench import changes, figures, finding, linking, matching, rebuilding, recording, referrals, searches, starting
from bench.client import Lead
from bench.figures import Measured
from bench.portal import Portal, caught_up, home, looking, recorded, until
from bench.rounds import Shape

ALONE = {"matching": matching.measure, "linking": linking.measure}
"""Measurements that need no portal."""
MEASUREMENTS = ("changes", "searches", "referrals", "start", "audit", "rebuild", "finding", *ALONE)
LOADED_MAX_S = 240.0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="MEASUREMENT", help=f"of {', '.join(MEASUREMENTS)}; all if none")
    parser.add_argument("--children", type=int, default=20_000, help="children of the council")
    parser.add_argument("--schools", type=int, default=3, help="schools of the council")
    parser.add_argument("--rate", type=int, default=100, help="changes a second in the source")
    parser.add_argument("--seconds", type=float, default=30, help="for so long")
    parser.add_argument(
        "--rounds", type=int, default=3, help="rounds of searches, of referrals, of facts and of rebuilds"
    )
    parser.add_argument("--round-seconds", type=float, default=6, help="of a round, ours and the peer's each")
    parser.add_argument("--concurrency", type=int, default=16, help="searches at once, or referrals")
    parser.add_argument("--queue", type=int, default=100_000, help="referrals that the queue has")
    parser.add_argument("--facts", type=int, default=30_000, help="facts in a round")
    parser.add_argument(
        "--councils", type=int, nargs="+", default=[finding.COUNCIL], help="children of the councils to find some in"
    )
    parser.add_argument("--short", action="store_true", help="a small council and short rounds: a look, not a figure")
    parser.add_argument("--home", type=Path, help="a home to use and to keep; a temporary one if not given")
    asked = parser.parse_args()
    if unknown := set(asked.only) - set(MEASUREMENTS):
        parser.error(f"there is no measurement {', '.join(sorted(unknown))}: choose of {', '.join(MEASUREMENTS)}")
    return _shortened(asked) if asked.short else asked


def _shortened(asked: argparse.Namespace) -> argparse.Namespace:
    small = {"children": 3000, "seconds": 5, "rounds": 1, "round_seconds": 3, "facts": 5000, "queue": 10_000}
    return argparse.Namespace(**{**vars(asked), **small, "councils": [small["children"]]})


class Bench:
    """One run."""

    def __init__(self, portal: Portal, asked: argparse.Namespace) -> None:
        self.portal, self.asked = portal, asked
        self.began = time.monotonic()
        self.told: dict[str, Measured] = {}
        self.wanted = asked.only or MEASUREMENTS
        self.shape = Shape(asked.rounds, asked.round_seconds, asked.concurrency)

    def say(self, what: str) -> None:
        print(f"{time.monotonic() - self.began:6.1f} s  {what}", flush=True)

    async def run(self) -> None:
        cold_s = await self._up()
        if {"changes", "searches"} & set(self.wanted):
            await self._asked()
        memory = self.portal.memory_mb()
        if "referrals" in self.wanted:
            await self._referred()
        warm_s = None
        if "start" in self.wanted:
            self.say("the portal again, warm")
            await self.portal.down()
            warm_s = await self.portal.up(self.asked.schools, self.asked.children)
        if {"start", "audit", "rebuild", "finding"} & set(self.wanted):
            await self.portal.down()
            await self._engines(cold_s, warm_s, memory)

    async def _up(self) -> float:
        self.say(f"a portal of {self.asked.children:,} children in {self.portal.home}")
        cold_s = await self.portal.up(self.asked.schools, self.asked.children)
        self.say("it is ready; the council's records are on their way")
        await all_children(self.portal, self.asked.children)
        await caught_up(self.portal, LOADED_MAX_S)
        return cold_s

    async def _asked(self) -> None:
        lead = await Lead.signed_in(self.portal)
        made = await recorded(self.portal, "SearchMade")
        if "changes" in self.wanted:
            self.say(f"changes: {self.asked.rate} a second for {self.asked.seconds:.0f} s")
            self.told["changes"], more = await changes.measure(self.portal, lead, self.asked.rate, self.asked.seconds)
            made += more
        if "searches" in self.wanted:
            await searches.all_recorded(self.portal, made)
            self.say(f"searches: {self.asked.rounds} rounds of ours and the peer's")
            self.told["searches"] = await searches.measure(self.portal, lead, made, self.shape)

    async def _referred(self) -> None:
        """After the memory was measured: the files and the long queue are no part of that load."""
        self.say(f"referrals: {self.asked.rounds} rounds of ours and the peer's, and a queue of {self.asked.queue:,}")
        self.told["referrals"] = await referrals.measure(self.portal, self.shape, self.asked.queue)

    async def _engines(self, cold_s: float, warm_s: float | None, memory: dict[str, float]) -> None:
        self.say("the engines alone")
        async with starting.engines(self.portal) as (_, engines_s, engines_mb):
            if warm_s is not None:
                self.told["start"] = starting.told(warm_s, engines_s, memory, engines_mb, cold_s)
            if "audit" in self.wanted:
                self.say(f"audit: {self.asked.rounds} rounds of {self.asked.facts:,} facts")
                self.told["audit"] = await recording.measure(self.portal, self.asked.facts, self.asked.rounds)
            if "rebuild" in self.wanted:
                self.say(f"rebuild: {self.asked.rounds} rounds of all that lookup keeps of the council")
                self.told["rebuild"] = await rebuilding.measure(self.portal, self.asked.rounds)
            if "finding" in self.wanted:
                self.say(f"finding: councils of {', '.join(f'{one:,}' for one in self.asked.councils)} children")
                self.told["finding"] = await finding.measure(self.portal.admin("postgres"), self.asked.councils)


async def all_children(portal: Portal, children: int) -> None:
    """Return when lookup knows every child of the source."""
    async with looking(portal.admin("lookup")) as lookup:

        async def there() -> bool:
            return int(await lookup.fetchval("SELECT count(*) FROM child WHERE NOT ended")) >= children

        await until(there, f"lookup has {children} children", LOADED_MAX_S, every_s=0.5)


async def main(asked: argparse.Namespace) -> int:
    before = figures.machine()
    told = {name: measured() for name, measured in ALONE.items() if name in (asked.only or MEASUREMENTS)}
    task: asyncio.Task[Any] | None = asyncio.current_task()
    assert task
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, lambda: task.cancelling() or task.cancel())
    failure = ""
    if not asked.only or set(asked.only) - set(ALONE):
        async with home(asked.home) as portal:
            bench = Bench(portal, asked)
            try:
                await bench.run()
            except* (Exception, asyncio.CancelledError) as several:  # what was measured by then is told all the same
                failure = "; ".join(f"{type(error).__name__} {error}" for error in flat(several))
            finally:
                bench.say("stopping")
        told |= bench.told
    path = figures.keep(told, vars(asked), before)
    after = figures.machine()["load_average"][0]
    note = f"Load average {before['load_average'][0]} before, {after} after, on {before['cores']} cores; {path}"
    figures.show(list(told.values()), [note, *([f"FAILED: {failure}"] if failure else [])])
    return 1 if failure or any(part.faults for part in told.values()) else 0


def flat(several: BaseExceptionGroup[Any]) -> list[BaseException]:
    """The exceptions within exceptions."""
    return [e for one in several.exceptions for e in (flat(one) if isinstance(one, BaseExceptionGroup) else [one])]


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.exit(runner.run(main(arguments())))
