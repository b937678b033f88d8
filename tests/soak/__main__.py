"""`python -m tests.soak`: a portal of its own, in which leads write referrals while all its processes are killed.

Prints the seed first, then what was done, then every proof; leaves with 1 if one fails. The same seed draws the same
plans, kills and moments; how the processes meet them is the machine's. `python -m tests.soak source` is
another: source.py.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import Random, SystemRandom

from tests.soak import rebuilds, source
from tests.soak.home import home
from tests.soak.kills import Killer, moments
from tests.soak.leads import Office
from tests.soak.plan import Planning, Pupil
from tests.soak.proofs import Proof, proofs
from tests.support.people import Person, Portal, running
from tests.support.until import until

WRITERS = (("lead", 0), ("lead", 1), ("lead", 2), ("headteacher", 0))
HANDS = 2
"""How many referrals each of them writes at once."""
ACTS_EACH = 8
"""Acts of one referral, rather fewer than there are."""
ROLL_MIN = 20
ROLL_MAX_S = 120
ROLL = """
    SELECT DISTINCT school, child_id, given_name, family_name, born::text
      FROM roll JOIN child USING (child_id)
     WHERE starts <= current_date AND (ends IS NULL OR ends > current_date) AND NOT perhaps AND NOT gone
       AND NOT doubtful AND unreadable IS NOT DISTINCT FROM '{}' AND isfinite(born) AND school = ANY($1)
     ORDER BY school, child_id
"""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--referrals", type=int, default=2000, help="how many are written")
    parser.add_argument("--kills", type=int, help="of how many processes; one in 20 referrals if not given")
    parser.add_argument("--parts", nargs="+", default=(), help="kill only these, by their names in `portal status`")
    parser.add_argument("--minutes", type=float, default=60, help="after so many, no more referrals are begun")
    parser.add_argument("--seed", type=int, help="of another run, to have its plans and kills again")
    parser.add_argument("--home", type=Path, help="a home to use and to keep; a temporary one if not given")
    parser.add_argument(
        "--rebuilds", type=int, help="nothing of all that: so many rebuilds of lookup while it is asked"
    )
    return parser.parse_args()


class Soak:
    """One run."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked = asked
        self.seed = SystemRandom().randrange(1_000_000) if asked.seed is None else asked.seed
        self.kills = max(10, asked.referrals // 20) if asked.kills is None else asked.kills
        self.began = time.monotonic()
        self.took: dict[str, float] = {}

    def say(self, what: str) -> None:
        _print(f"{time.monotonic() - self.began:7.1f} s  {what}")

    def took_until_now(self, what: str) -> None:
        self.took[what] = time.monotonic() - self.began - sum(self.took.values())

    async def run(self) -> bool:
        """Whether everything was as it must be."""
        _print(f"seed {self.seed}: {self.asked.referrals} referrals, {self.kills} kills")
        async with home(self.asked.home) as folder, running(folder, "--schools", "3", "--children", "600") as portal:
            people = [await portal.person(*who) for who in WRITERS]
            rng = Random(self.seed)
            planning = Planning(rng, self.seed, await pupils(portal, people), datetime.now(UTC))
            office = Office(planning, self.asked.referrals)
            due = moments(Random(self.seed), self.kills, ACTS_EACH * self.asked.referrals)
            killer = Killer(portal.home, office, Random(self.seed), due, self.asked.parts)
            self.took_until_now("up")
            self.say("the portal is up")
            await self._work(office, people, killer)
            self.took_until_now("writing")
            self.say(f"{len(office.written)} written; waiting until everything has arrived")
            await killer.all_up()
            found = await proofs(portal, office)
            self.took_until_now("arriving and proving")
        show(self, office, killer, found)
        return not any(proof.wrong for proof in found)

    async def _work(self, office: Office, people: list[Person], killer: Killer) -> None:
        killing = asyncio.create_task(killer.run())
        asyncio.get_running_loop().call_later(self.asked.minutes * 60, setattr, office, "over", True)
        try:
            await asyncio.gather(*(office.work(person) for person in people for _ in range(HANDS)))
        finally:
            if not killing.done():
                killing.cancel()
            await asyncio.gather(killing, return_exceptions=True)
        if not killing.cancelled() and (error := killing.exception()):
            raise error


async def pupils(portal: Portal, people: list[Person]) -> Mapping[str, list[Pupil]]:
    """Children of each of these people's schools, once the rolls have come."""
    schools = sorted({str(person.school) for person in people})

    async def rolls() -> dict[str, list[Pupil]]:
        async with portal.sql("referrals") as db:
            rows = await db.fetch(ROLL, schools)
        return {urn: [Pupil(*row[1:]) for row in map(tuple, rows) if row[0] == urn] for urn in schools}

    return await until(rolls, lambda found: all(len(one) >= ROLL_MIN for one in found.values()), ROLL_MAX_S)


def show(soak: Soak, office: Office, killer: Killer, found: list[Proof]) -> None:
    """The table."""
    counts = {
        "referrals written about": len(office.written),
        "of them acknowledged": sum(bool(one.reference) for one in office.written),
        "of them refused, at least once": sum(one.refused for one in office.written),
        "of them left as drafts": sum(one.plan.fate == "kept" for one in office.written),
        "pages said to be saved": sum(one.saves for one in office.written),
        "acts answered": office.acts,
        "kills": killer.killed.total(),
    }
    _print(f"\nseed {soak.seed}")
    for what, count in counts.items():
        _print(f"      {count:>7,}  {what}")
    _print("kills by part: " + ", ".join(f"{part} {count}" for part, count in sorted(killer.killed.items())))
    _print("answers: " + ", ".join(f"{count} {what}" for what, count in office.tries.most_common()))
    _print("seconds: " + ", ".join(f"{what} {took:.0f}" for what, took in soak.took.items()) + "\n")
    for proof in found:
        _print(proof.line)
        for line in proof.told:
            _print(f"               {line}")
    if killer.killed.total() < soak.kills:
        _print(f"{soak.kills - killer.killed.total()} kills were not due before the work was done")
    _print("\nWRONG" if any(proof.wrong for proof in found) else "\nall of it holds")


async def main() -> int:
    """Stopped from outside, it stops its portal too."""
    task = asyncio.current_task()
    assert task
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    if sys.argv[1:2] == ["source"]:
        return await source.main(sys.argv[2:])
    asked = arguments()
    if asked.rebuilds:
        return 0 if await rebuilds.soak(asked.rebuilds) else 1
    return 0 if await Soak(asked).run() else 1


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
