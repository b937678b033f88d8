"""What a file that was sent is called, how large it is, and how it stands with the scanner. Pure."""

from collections.abc import Mapping

FILE_TYPES: Mapping[str, str] = {
    "pdf": "PDF",
    "jpeg": "Photograph",
    "png": "Picture",
    "docx": "Word document",
    "xlsx": "Excel workbook",
    "pptx": "PowerPoint presentation",
    "odt": "OpenDocument text",
    "ods": "OpenDocument spreadsheet",
    "odp": "OpenDocument presentation",
}
FILE_STANDINGS: Mapping[str, str] = {
    "checking": "Being checked for viruses. Nobody can open it yet",
    "clean": "Checked for viruses: none found",
    "unchecked": "Not checked for viruses, for there is no scanner here",
    "infected": "Contains a virus. Nobody can open it",
}
READABLE = ("clean", "unchecked")
KB, MB = 1024, 1024 * 1024
FILES_ACCEPTED = ".pdf,.jpg,.jpeg,.png,.docx,.xlsx,.pptx,.odt,.ods,.odp,application/pdf,image/jpeg,image/png"
"""What a browser offers to choose from. A telephone turns its own kind of photograph into a JPEG for it."""


def file_size(count_bytes: int) -> str:
    """As in "1.4MB"."""
    if count_bytes < MB:
        return f"{max(1, round(count_bytes / KB))}KB"
    return f"{count_bytes / MB:.1f}MB".replace(".0MB", "MB")


def files_taken(file_max_bytes: int, files_max: int, draft_max_bytes: int) -> str:
    """What can be added, beside the field in which a file is chosen."""
    return (
        "A PDF, a photograph (JPEG or PNG), or a Word, Excel, PowerPoint or OpenDocument file, smaller than "
        f"{file_max_bytes // MB}MB. Up to {files_max} files, smaller than {draft_max_bytes // MB}MB together. "
        "Where a photograph was taken is removed from it."
    )
