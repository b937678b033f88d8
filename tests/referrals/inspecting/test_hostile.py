"""Files that somebody dressed up, broke or filled: each is refused with a sentence, and leaves nothing on the disk."""

from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib
from base64 import a85encode
from binascii import hexlify
from collections.abc import Callable

import pytest

from services.referrals.inspecting.domain import content
from services.referrals.inspecting.domain.unfit import SENTENCES, Unfit
from tests.referrals.attachments import files
from tests.referrals.attachments.world import Attaching

MB = 1024 * 1024


def zip_of(*infos: tuple[str, bytes, int]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data, compression in infos:
            archive.writestr(name, data, compression)
    return made.getvalue()


def encrypted_entries() -> bytes:
    """As of an archive under a password: the flag in both of each entry's headers."""
    data = bytearray(files.ooxml())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark)
        while place >= 0:
            data[place + at] |= 1
            place = data.find(mark, place + 4)
    return bytes(data)


def lying() -> bytes:
    """An entry that says to be small and is large."""
    data = files.ooxml(word__big_xml=b"0" * (4 * MB))
    return data.replace(struct.pack("<I", 4 * MB), struct.pack("<I", 100))


def many(count: int) -> bytes:
    return files.ooxml(**{f"word__{n}_xml": b"" for n in range(count)})


def object_stream(content: bytes, begins: bytes = b"stream\n") -> bytes:
    packed = zlib.compress(content)
    head = b"5 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>" % len(packed)
    return head + begins + packed + b"\nendstream endobj\n"


def hidden(filters: bytes, encode: Callable[[bytes], bytes]) -> bytes:
    """A script in an object stream that is packed as nobody packs one."""
    data = encode(zlib.compress(b"4 0 " + SCRIPT))
    return files.pdf(b"5 0 obj<</Type/ObjStm/N 1/First 4/Filter%b>>stream\n%b\nendstream endobj\n" % (filters, data))


def long_directory_behind_a_comment() -> bytes:
    """The end says that the directory is short; what says where it really is stands before the longest comment."""
    data = bytearray(many(70_000))
    end = data.rindex(b"PK\x05\x06")
    data[end + 12 : end + 16], data[end + 20 : end + 22] = struct.pack("<I", 100), struct.pack("<H", 65_535)
    return bytes(data) + b"a" * 65_535


FRAME = bytes.fromhex("ffc0000b080010001001011100")
CHUNK = bytes(4) + b"tEXt" + struct.pack(">I", zlib.crc32(b"tEXt"))


def parts(begin: bytes, part: bytes, end: bytes) -> bytes:
    """As many parts as a file of this size can have."""
    return begin + part * (19 * MB // len(part)) + end


def compound(text: bytes = b"") -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + text + bytes(100_000)


def overlapping() -> bytes:
    """Many entries of a directory that are one and the same in the archive, as in a better zip bomb."""
    data = zip_of(("[Content_Types].xml", b"x" * 100, 0), ("kernel", b"0" * MB, zipfile.ZIP_DEFLATED))
    start, end = data.rindex(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entries = data[start:end] * 1000
    first = data[data.index(b"PK\x01\x02") : start]
    tail = struct.pack(
        "<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1001, 1001, len(first + entries), data.index(b"PK\x01\x02"), 0
    )
    return data[: data.index(b"PK\x01\x02")] + first + entries + tail


SCRIPT = b"<</S/JavaScript/JS(app.alert(1))>>"
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "empty"),
    "a program of Windows called a PDF": (lambda: b"MZ\x90\x00" + bytes(500), "executable"),
    "a program of Linux": (lambda: b"\x7fELF\x02\x01\x01" + bytes(500), "executable"),
    "a program of Java": (lambda: b"\xca\xfe\xba\xbe\x00\x00\x00\x34" + bytes(500), "executable"),
    "a shell script": (lambda: b"#!/bin/sh\nrm -rf /\n", "executable"),
    "a program with a PDF behind it": (lambda: b"MZ\x90\x00" + files.pdf(), "executable"),
    "a web page": (lambda: b"<html><script>alert(1)</script></html>", "not_taken"),
    "a picture of vectors with script": (
        lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "not_taken",
    ),
    "text": (lambda: b"just some words", "not_taken"),
    "an animated picture": (lambda: b"GIF89a" + bytes(500), "not_taken"),
    "a shortcut": (lambda: b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(500), "not_taken"),
    "another kind of archive": (lambda: b"Rar!\x1a\x07\x01\x00" + bytes(500), "not_taken"),
    "an archive of anything": (lambda: files.archive({"a.txt": b"a"}), "not_taken"),
    "an archive with a program": (lambda: files.archive({"run.exe": b"MZ"}), "macros"),
    "a PDF with a script": (lambda: files.pdf(b"4 0 obj" + SCRIPT + b"endobj\n"), "script"),
    "one whose script is spelt with escapes": (
        lambda: files.pdf(b"4 0 obj<</S/J#61vaScr#69pt/JS(a)>>endobj\n"),
        "script",
    ),
    "one whose script is in an object stream": (lambda: files.pdf(object_stream(b"4 0 " + SCRIPT)), "script"),
    "one whose object stream does not say that it is one": (
        lambda: files.pdf(object_stream(b"4 0 " + SCRIPT).replace(b"/Type/ObjStm", b"")),
        "script",
    ),
    "one whose script stands across two pieces": (
        lambda: files.pdf(b"%" + b"a" * (64 * 1024 - 200) + b"\n4 0 obj" + SCRIPT + b"endobj\n", size=70_000),
        "script",
    ),
    "one whose object stream lists its objects in lines": (
        lambda: files.pdf(object_stream(b"%two\n4\n0\x00" + SCRIPT)),
        "script",
    ),
    "one whose object stream begins in another way": (
        lambda: files.pdf(object_stream(b"4 0 " + SCRIPT, b"stream \r")),
        "script",
    ),
    "one whose object stream is letters": (lambda: hidden(b"[/ASCII85Decode/FlateDecode]", a85encode), "script"),
    "one that spells these letters with escapes": (
        lambda: hidden(b"[/#41SCIIHexDecode/FlateDecode]", hexlify),
        "script",
    ),
    "one that says elsewhere how it is packed": (lambda: hidden(b" 9 0 R", a85encode), "script"),
    "one with a form that has scripts": (lambda: files.pdf(b"4 0 obj<</XFA 5 0 R>>endobj\n"), "script"),
    "one of nothing but streams": (lambda: parts(b"%PDF-1.7\n", b"stream\n", b"%%EOF"), "unpacks"),
    "one that starts a program": (lambda: files.pdf(b"4 0 obj<</S/Launch/F(cmd.exe)>>endobj\n"), "script"),
    "one with another file in it": (lambda: files.pdf(b"4 0 obj<</Type/EmbeddedFile>>endobj\n"), "script"),
    "one under a password": (lambda: files.pdf(b"4 0 obj<</Encrypt 5 0 R>>endobj\n"), "protected"),
    "one without its end": (lambda: files.pdf(size=50_000)[:-3000], "damaged"),
    "one that unpacks to a hundred megabytes": (
        lambda: files.pdf(object_stream(b"4 0 " + b" " * (100 * MB))),
        "unpacks",
    ),
    "a document with macros": (lambda: files.ooxml(word__vbaProject_bin=b"\x00"), "macros"),
    "one that says to have them": (
        lambda: files.archive({"[Content_Types].xml": b"application/vnd.ms-word.document.macroEnabled.main+xml"}),
        "macros",
    ),
    "an open document with macros": (lambda: files.odf(Basic__Standard__Module1_xml=b"<a/>"), "macros"),
    "a document with a program in it": (lambda: files.ooxml(word__embeddings__a_exe=b"MZ"), "macros"),
    "a document with an object in it": (lambda: files.ooxml(word__embeddings__oleObject1_bin=b"\x00"), "macros"),
    "a document whose entries are under a password": (encrypted_entries, "protected"),
    "an open document under a password": (
        lambda: files.odf(**{"META-INF__manifest_xml": b"<encryption-data/>"}),
        "protected",
    ),
    "a document with an object of another name": (
        lambda: files.archive({"[Content_Types].xml": files.WORD.encode() + b"oleObject", "word/a.bin": b"\x00"}),
        "macros",
    ),
    "an archive with a second directory": (long_directory_behind_a_comment, "unpacks"),
    "a document of before 2007": (compound, "old_office"),
    "a new document under a password": (lambda: compound("EncryptedPackage".encode("utf-16-le")), "protected"),
    "an archive of ten gigabytes": (lambda: files.ooxml(word__bomb_xml=b"0" * (100 * MB)), "unpacks"),
    "an archive that says to be smaller than it is": (lying, "damaged"),
    "an archive of overlapping entries": (overlapping, "unpacks"),
    "an archive of three thousand entries": (lambda: many(3000), "unpacks"),
    "an archive whose directory is as long as itself": (lambda: many(12_000), "unpacks"),
    "an archive that was cut off": (lambda: files.ooxml()[:-30], "damaged"),
    "one that is packed in another way": (
        lambda: zip_of(("[Content_Types].xml", files.WORD.encode(), zipfile.ZIP_BZIP2)),
        "damaged",
    ),
    "one with an entry that is broken": (
        lambda: files.odf(picture_bin=b"a" * 1000).replace(b"a" * 500, b"b" * 500, 1),
        "damaged",
    ),
    "a photograph that was cut off": (lambda: files.jpeg()[:-20], "damaged"),
    "a photograph with a program for its picture": (
        lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00MZ" + bytes(9),
        "damaged",
    ),
    "a picture that was changed": (lambda: files.png().replace(b"IDAT", b"IDAT\x00", 1), "damaged"),
    "a photograph of nothing but scans": (
        lambda: parts(b"\xff\xd8" + FRAME, b"\xff\xda\x00\x03x", b"\xff\xd9"),
        "damaged",
    ),
    "a photograph of nothing but filling": (lambda: parts(b"\xff\xd8" + FRAME, b"\xff", b"\xd9"), "damaged"),
    "a photograph with runs of filling": (
        lambda: parts(b"\xff\xd8" + FRAME + b"\xff\xda\x00\x03x", b"a" + b"\xff" * 60_000 + b"\x00", b""),
        "damaged",
    ),
    "a picture of nothing but notes": (lambda: parts(files.png()[:33], CHUNK, files.png()[33:]), "damaged"),
    "a picture without end": (lambda: files.jpeg()[:400] + b"\xff" * 200_000, "damaged"),
}


@pytest.mark.parametrize(("make", "why"), HOSTILE.values(), ids=HOSTILE)
async def test_it_is_refused_with_a_sentence_and_leaves_nothing(
    attaching: Attaching, make: Callable[[], bytes], why: str
) -> None:
    data, began = make(), time.process_time()
    response = await attaching.add(data, "letter.pdf")
    assert (response.status_code, response.json()["errors"]) == (422, [{"where": "/file", "why": SENTENCES[why]}])  # type: ignore[index]
    assert time.process_time() - began < 5
    assert (await attaching.listed(), attaching.on_disk()) == ([], [])
    [fact] = await attaching.facts("AttachmentRefused")
    assert fact["outcome"] == why


async def test_a_file_of_a_hundred_megabytes_is_read_on_and_refused(attaching: Attaching) -> None:
    response = await attaching.add(files.pdf(size=95 * MB))
    assert response.json()["errors"][0]["why"] == "The file must be smaller than 20MB"
    assert attaching.on_disk() == []


TAKEN = {
    "pdf": files.pdf,
    "jpeg": files.jpeg,
    "png": files.png,
    "docx": files.ooxml,
    "xlsx": lambda: files.ooxml("xlsx"),
    "pptx": lambda: files.ooxml("pptx"),
    "odt": files.odf,
    "ods": lambda: files.odf("spreadsheet"),
    "odp": lambda: files.odf("presentation"),
}


@pytest.mark.parametrize("type", content.TYPES)
def test_each_type_is_known_by_what_is_in_it(type: str) -> None:
    assert content.type_of(io.BytesIO(TAKEN[type]())) == type


def test_what_only_looks_like_a_script_in_a_picture_is_none() -> None:
    """Three letters come by chance in every few megabytes of compressed bytes; whole names do not."""
    chance = files.pdf(b"4 0 obj<</Length 20>>stream\n/JS /AA /S \x00\xff\nendstream endobj\n", size=1000)
    assert content.type_of(io.BytesIO(chance)) == "pdf"
    assert content.type_of(io.BytesIO(files.pdf(object_stream(b"4 0 <</Type/Font>>")))) == "pdf"


def test_every_way_to_be_refused_has_a_sentence_without_jargon() -> None:
    assert all(sentence[0].isupper() and not sentence.endswith(".") for sentence in SENTENCES.values())
    assert {why for _, why in HOSTILE.values()} <= set(SENTENCES)
    assert Unfit("too_large", most_mb=20).sentence == "The file must be smaller than 20MB"
