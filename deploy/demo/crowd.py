"""All the other children of the demo council: as many as are asked for, made from a seed."""

from datetime import date, timedelta
from random import Random

from deploy.demo.names import family_name, given_name
from deploy.demo.tables import REASON, Rows
from deploy.demo.upn import numbered

CASES_SHARE = 0.10
"""So many children have, or had, a case."""

PLANS = ("early_help", "child_in_need", "child_protection", "looked_after")
ESTABLISHMENT_FIRST = 1000
AGES = range(5, 16)


class Crowd:
    """Makes children in chunks, so that 300,000 do not have to be held at once."""

    def __init__(
        self, urns: list[str], *, first: int, workers: list[tuple[int, int]], rng: Random, today: date
    ) -> None:
        self._urns, self._first, self._workers = urns, first, workers
        self._rng, self._today = rng, today
        self.made = 0

    def rows(self, count: int) -> Rows:
        """The next so many children with their rolls, cases and allocations."""
        rows: Rows = {"person": [], "school_history": [], "involvement": [], "allocation": []}
        for _ in range(count):
            self._add(rows, self.made)
            self.made += 1
        return rows

    def _add(self, rows: Rows, number: int) -> None:
        rng, person = self._rng, self._first + number
        born = self._today - timedelta(days=rng.choice(AGES) * 365 + rng.randrange(365))
        upn = numbered(number, establishment=ESTABLISHMENT_FIRST, year=born.year + 5)
        who = (given_name(rng), family_name(rng), born, rng.random() < 0.002)
        rows["person"].append((person, upn, [], *who, f"{person} Nowhere Lane"))
        self._add_rolls(rows, person, number)
        if rng.random() < CASES_SHARE:
            self._add_case(rows, person)

    def _add_rolls(self, rows: Rows, person: int, number: int) -> None:
        urn, moved = self._urns[number % len(self._urns)], None
        if self._rng.random() < 0.08:
            moved = self._ago(30, 600)
            rows["school_history"].append((person, self._rng.choice(self._urns), self._ago(700, 1500), moved))
        rows["school_history"].append((person, urn, moved or self._ago(30, 1200), None))

    def _add_case(self, rows: Rows, person: int) -> None:
        rng = self._rng
        worker, team = rng.choice(self._workers)
        opened = self._ago(200, 900)
        closed = self._ago(1, 190) if rng.random() < 0.4 else None
        rows["involvement"].append((person, team, opened, closed, rng.choice(PLANS), REASON))
        if rng.random() < 0.92:
            rows["allocation"].append((person, worker, True, opened, closed))
        if rng.random() < 0.2:
            rows["allocation"].append((person, rng.choice(self._workers)[0], False, opened, closed))

    def _ago(self, least: int, most: int) -> date:
        return self._today - timedelta(days=self._rng.randrange(least, most))
