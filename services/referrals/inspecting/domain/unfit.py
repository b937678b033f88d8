"""Every way in which a file is not taken, and what the person reads who chose it. Pure."""

from typing import Literal

from shared.database.refusal import Refusal

Why = Literal[
    "cut_off", "damaged", "empty", "executable", "infected", "macros", "not_taken", "old_office", "protected", "script",
    "sent", "too_large", "too_many_files", "too_many_pixels", "too_much", "unpacks",
]  # fmt: skip
"""Why a file was not taken, as facts have it."""


class Unfit(Refusal):
    """This file cannot be taken."""

    def __init__(self, why: Why, **said: int | str) -> None:
        super().__init__(why)
        self.why = why
        self.said = said

    @property
    def sentence(self) -> str:
        """What the person reads beside the file that they chose."""
        return SENTENCES[self.why].format(**self.said)


TAKEN = "a PDF, a photograph (JPEG or PNG), or a Word, Excel, PowerPoint or OpenDocument file"
SENTENCES: dict[Why, str] = {
    "cut_off": "The file did not arrive whole. Add it again",
    "damaged": "The file cannot be read. It may be damaged: open it, save it again and add the new one",
    "empty": "The file is empty",
    "executable": f"The file is a program, whatever its name says. Add {TAKEN}",
    "infected": "The file is not safe: it contains a virus",
    "macros": "The file contains macros or programs. Save it without them, or as a PDF, and add that",
    "not_taken": f"The file must be {TAKEN}",
    "old_office": "The file is in an old format of Office. Save it as .docx, .xlsx or .pptx, or as a PDF, and add that",
    "protected": "The file is protected with a password. Save it without one and add that",
    "script": "The PDF contains a script or another file. Print it to a new PDF and add that",
    "sent": "The concern has been sent, so nothing can be added to it any more",
    "too_large": "The file must be smaller than {most_mb}MB",
    "too_many_files": "You can add up to {most} files. Remove one first",
    "too_many_pixels": "The photograph is too large: it must have at most {most_mp} million pixels",
    "too_much": "All files together must be smaller than {most_mb}MB. Remove one first",
    "unpacks": "The file is much larger than it looks when it is opened. Save it as a PDF and add that",
}
