"""Files as schools have them, made here: photographs with a place in them, PDFs, Office documents."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from PIL import Image
from PIL.PngImagePlugin import PngInfo

GPS_IFD, ORIENTATION, SIDEWAYS = 0x8825, 0x0112, 6
PLACE = "51 deg 3' north"
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><exif:GPSLatitude>51,3.5N</exif:GPSLatitude></x:xmpmeta>"


def picture(width: int = 320, height: int = 200) -> Image.Image:
    """A gradient, so that every pixel can be compared."""
    return Image.linear_gradient("L").resize((width, height)).convert("RGB")


def placed() -> Image.Exif:
    """EXIF that says where the picture was taken, with which camera, and how it was held."""
    exif = Image.Exif()
    exif[ORIENTATION] = SIDEWAYS
    exif[0x010F] = "Canary camera"
    gps = exif.get_ifd(GPS_IFD)
    gps[1], gps[2] = "N", (51.0, 3.0, 30.5)
    return exif


def jpeg(image: Image.Image | None = None, progressive: bool = False) -> bytes:
    made = io.BytesIO()
    (image or picture()).save(
        made, "JPEG", exif=placed(), xmp=XMP, comment=PLACE.encode(), progressive=progressive, quality=90
    )
    return made.getvalue()


def png() -> bytes:
    said = PngInfo()
    said.add_text("Comment", PLACE)
    said.add_itxt("XML:com.adobe.xmp", XMP.decode())
    made = io.BytesIO()
    picture().save(made, "PNG", exif=placed(), pnginfo=said)
    return made.getvalue()


def pdf(objects: bytes = b"", size: int = 0) -> bytes:
    """A document of one page, with these objects in it, made longer by a stream of so many bytes."""
    filler = b"9 0 obj<</Length %d>>stream\n" % size + b"\x00" * size + b"\nendstream endobj\n" if size else b""
    return (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n" + objects + filler
        + b"trailer<</Root 1 0 R/Size 4>>\nstartxref\n0\n%%EOF\n"
    )  # fmt: skip


def archive(entries: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return made.getvalue()


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MAIN = {
    "docx": WORD,
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
}


def ooxml(type: str = "docx", **more: bytes) -> bytes:
    """`more`: entries beside what every such document has; of their names __ is a slash and _ a dot."""
    types = f'<Types><Override PartName="/main.xml" ContentType="{MAIN[type]}"/></Types>'.encode()
    named = {name.replace("__", "/").replace("_", "."): data for name, data in more.items()}
    return archive({"[Content_Types].xml": types, "main.xml": b"<document/>", **named})


def odf(type: str = "text", **more: bytes) -> bytes:
    named = {name.replace("__", "/").replace("_", "."): data for name, data in more.items()}
    kind = f"application/vnd.oasis.opendocument.{type}".encode()
    return archive({"mimetype": kind, "content.xml": b"<office/>", **named}, zipfile.ZIP_STORED)
