"""The press: every character stands in the PDF, whatever was written; it is tagged; and it cannot hang or be misled."""

from __future__ import annotations

import io
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pytest

from services.referrals.receipt import press
from services.referrals.receipt.domain import Copy, CopyLine, CopyPart
from services.referrals.receipt.press import pieces as pieces_of
from services.referrals.receipt.press.pieces import COVERED, from_right, pieces
from tests.referrals.receipt import covered

NAMES = {
    "Polish": "Łukasz Żółć", "Vietnamese": "Nguyễn Thị Ánh", "Greek": "Ελευθερία", "Ukrainian": "Євгенія",
    "Chinese": "李小龍", "Japanese": "さくら タナカ", "Korean": "김철수", "Thai": "สมชาย",
    "Hebrew": "שרה", "Arabic": "محمد",
    "Ethiopic": "አበበ", "Armenian": "Արամ", "Georgian": "ნინო", "Lao": "ສົມ", "Tamil": "தமிழ்", "Bengali": "আমিনা",
    "Hindi": "प्रिया", "Punjabi": "ਗੁਰਪ੍ਰੀਤ", "Gujarati": "આશા", "Telugu": "అనిత", "Kannada": "ಅನಿತಾ",
    "Malayalam": "അനിത", "Sinhala": "නිමල්", "Burmese": "အောင်", "Khmer": "សុខា",
}  # fmt: skip


def copy(*texts: str) -> Copy:
    lines = tuple(CopyLine(f"Line {place}", text) for place, text in enumerate(texts))
    return Copy("Referral ABC-DEF-G", "Confidential.", datetime(2026, 11, 30, tzinfo=UTC), (CopyPart("Said", lines),))


def read(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return "".join("".join(page.extract_text().split()) for page in pages).replace("\u200b", "")


def squeezed(text: str) -> str:
    return "".join(text.split())


async def test_it_is_a_tagged_pdf_with_title_and_language_that_names_nobody() -> None:
    pdf = pypdf.PdfReader(io.BytesIO(await press.pdf(copy("Mira O'Quillane"))))
    root = pdf.trailer["/Root"]
    assert (root["/MarkInfo"]["/Marked"], root["/Lang"]) == (True, "en-GB")
    assert "/StructTreeRoot" in root
    assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data().decode()
    assert pdf.metadata
    assert pdf.metadata.title == "Referral ABC-DEF-G"
    assert "/AcroForm" not in root
    assert "/Names" not in root or "/JavaScript" not in root["/Names"]


@pytest.mark.parametrize("script", NAMES)
async def test_a_name_in_any_script_of_ours_stands_in_it(script: str) -> None:
    """In its own letters: none is replaced, so all are the fonts' own."""
    assert [each["text"] for each in pieces(NAMES[script])] == [unicodedata.normalize("NFC", NAMES[script])]
    told = read(await press.pdf(copy(NAMES[script])))
    letters = {c for c in squeezed(unicodedata.normalize("NFC", NAMES[script])) if unicodedata.category(c)[0] == "L"}
    assert letters <= set(unicodedata.normalize("NFKC", told)) | set(told)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("😀 laughed", "[grinning face] laughed"),
        ("\uf0b7 a bullet of Word", "• a bullet of Word"),
        ("\uf8ff", "[U+F8FF]"),
        ("𠮷野", "[U+20BB7]野"),
        ("❤\ufe0f", "[heavy black heart]"),
        ("a\x07b\u00ad\x0bc", "ab"),
        ("\u202eabc", "abc"),
    ],
)
async def test_what_no_font_has_is_named_and_what_nobody_sees_is_left_out(typed: str, told: str) -> None:
    assert squeezed(told) in read(await press.pdf(copy(typed)))


@pytest.mark.parametrize(
    "typed", ['#read("/etc/passwd")', "#{while true {}}", "*b* _i_ $x$ `r` @a <l> \\ // /* = + -", '#import "@x/y"']
)
async def test_what_was_written_is_text_and_never_markup(typed: str) -> None:
    assert squeezed(typed) in read(await press.pdf(copy(typed)))


async def test_each_line_has_its_own_direction() -> None:
    assert [each["rtl"] for each in pieces("Said:\n«سلام» she said\n123 שלום\n123")] == [False, True, True, False]
    assert not from_right("")


async def test_a_word_without_end_is_broken_and_stays_on_the_page() -> None:
    pdf = await press.pdf(copy("x" * 4000))
    lines = pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text().splitlines()
    assert sum(line.startswith("x") for line in lines) > 20
    assert read(pdf).count("x") == 4000


async def test_every_field_at_its_longest_in_four_byte_characters_is_set() -> None:
    assert read(await press.pdf(copy(*["😀" * 4000] * 2, *["ᎀ" * 2000] * 4, "字" * 4000))).count("字") == 4000


async def test_what_cannot_be_set_is_set_once_more_with_its_letters_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the list of what the fonts have is wrong; it might be a combination of characters that none of them has."""
    monkeypatch.setattr(pieces_of, "covered", lambda character, plain=False: not plain or character.isascii())
    assert "[grinningface]" in read(await press.pdf(copy("😀 laughed")))


async def test_a_press_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stuck = tmp_path / "typeset.py"
    stuck.write_text("import threading; threading.Event().wait()\n", encoding="ascii")
    monkeypatch.setattr(press, "SCRIPT", stuck)
    monkeypatch.setattr(press, "WITHIN_S", 0.3)
    with pytest.raises(press.NotTypeset):
        await press.pdf(copy("x"))


def test_what_is_said_to_be_covered_is_what_the_fonts_draw() -> None:
    assert COVERED.read_text(encoding="ascii") == covered.text()
