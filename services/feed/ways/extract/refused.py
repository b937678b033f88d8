"""Why an extract is not taken, in sentences for the council's data team; they never quote a cell."""

from collections.abc import Sequence

LINES_SHOWN = 5


class ExtractRefused(Exception):
    """An extract that cannot be taken. `sentences`: each thing that is to be mended."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(f"{len(sentences)} reasons")
        self.sentences = sentences


def at_lines(lines: Sequence[int]) -> str:
    """ "line 7", "lines 7, 9 and 12 others"; the first line of a file, which names the columns, is 1."""
    shown = ", ".join(map(str, lines[:LINES_SHOWN]))
    more = len(lines) - LINES_SHOWN
    return f"line{'s' if len(lines) > 1 else ''} {shown}{f' and {more:,} others' if more > 0 else ''}"


def count(number: int, thing: str) -> str:
    """ "1 row", "1,204 rows"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
