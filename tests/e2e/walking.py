"""People on their whole way: with a mouse, or with nothing but a keyboard. Each page that they come to is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from playwright.sync_api import FilePayload, Locator

from tests.e2e.people import NARROW, Person, correlation_of

FOCUSED = "node => node === document.activeElement"
GROUP = """node => {
  const focused = document.activeElement
  return node.name === focused.name && node.form === focused.form
}"""
WITHIN = """() => {
  const place = document.activeElement.getBoundingClientRect()
  return place.bottom > 0 && place.top < window.innerHeight && place.left >= 0 && place.right <= window.innerWidth
}"""
TABS_MAX, CHOICES_MAX = 80, 12


@dataclass
class Walker(Person):
    """Somebody with a mouse, as everybody else here; what comes of each press and link is looked at."""

    pages: int = 0

    @classmethod
    def of(cls, person: Person) -> Self:
        """At the browser of this person."""
        return cls(person.context, person.page, person.base, person.seen, person.complaints)

    def press(self, name: str) -> str:
        with self.page.expect_navigation() as leads:
            self.use(self.page.get_by_role("button", name=name, exact=True))
        self.arrive()
        return correlation_of(leads.value)

    def follow(self, name: str) -> None:
        """The first link of this name, to a next page."""
        with self.page.expect_navigation():
            self.use(self.page.get_by_role("link", name=name, exact=True).first)
        self.arrive()

    def use(self, control: Locator) -> None:
        """Press or follow it."""
        control.click()

    def tick(self, field: str) -> None:
        self.page.locator(f"#{field}").check()

    def attach(self, file: FilePayload) -> None:
        """In the window that a browser opens for it; then added."""
        with self.page.expect_file_chooser() as chosen:
            self.use(self.page.get_by_label("Add a file"))
        chosen.value.set_files(file)
        self.press("Add file")

    def arrive(self) -> None:
        """At a next page."""
        self.pages += 1
        where = urlsplit(self.page.url).path.strip("/").split("/")
        self.shoot(f"{type(self).__name__.lower()}-{self.pages:02}-{where[0]}-{where[-1]}")
        assert self.complaints == []


class Keys(Walker):
    """Somebody who has only a keyboard, a narrow window (320 pixels) and no script: every control is reached by Tab."""

    @classmethod
    def of(cls, person: Person) -> Self:
        person.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        return super().of(person)

    def use(self, control: Locator) -> None:
        self.reach(control)
        self.page.keyboard.press("Enter")

    def tick(self, field: str) -> None:
        self.reach(self.page.locator(f"#{field}"))
        self.page.keyboard.press("Space")

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.reach(self.page.locator(f"#{name}"))
            self.page.keyboard.press("Control+A")
            self.page.keyboard.type(value)

    def choose(self, *labels: str) -> None:
        """Of the first such group of radios: to the group by Tab, to the one by the arrows."""
        for label in labels:
            wanted = self.page.get_by_label(label, exact=True).first
            self.reach(wanted, GROUP)
            self._move_to(wanted)

    def _move_to(self, wanted: Locator) -> None:
        for _ in range(CHOICES_MAX):
            if wanted.evaluate(FOCUSED):
                break
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Space")
        assert wanted.is_checked()

    def reach(self, control: Locator, there: str = FOCUSED) -> None:
        """By Tab, from where the focus is; what has it is in the window."""
        for _ in range(TABS_MAX):
            if control.evaluate(there):
                assert self.page.evaluate(WITHIN)
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no Tab leads to {control}")

    def looks_right(self, name: str) -> None:
        """As the same page does to those with script: axe asks by that. How wide it is, is seen on arrival."""

    def arrive(self) -> None:
        """Nothing is wider than the window, and nothing is offered that does nothing without script."""
        super().arrive()
        assert self.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], self.page.url
        assert self.page.locator("button[type=button]:visible").count() == 0
