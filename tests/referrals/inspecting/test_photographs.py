"""Photographs lose where they were taken and all else that is not the picture; the picture loses nothing.

Pillow is the judge: another's reading of the same formats.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from services.referrals.inspecting.domain import photographs
from services.referrals.inspecting.domain.unfit import Unfit
from tests.referrals.attachments import files

MADE: dict[str, Callable[[], bytes]] = {
    "jpeg": files.jpeg,
    "progressive": lambda: files.jpeg(progressive=True),
    "grey": lambda: files.jpeg(files.picture().convert("L")),
    "cmyk": lambda: files.jpeg(files.picture().convert("CMYK")),
    "large": lambda: files.jpeg(Image.effect_noise((1500, 1100), 90)),
    "png": files.png,
}
SECRETS = (b"GPS", b"51,3.5N", files.PLACE.encode(), b"Canary camera", b"xmpmeta")


def without(data: bytes) -> bytes:
    walk = photographs.png if data.startswith(photographs.SIGNATURE) else photographs.jpeg
    return b"".join(walk(io.BytesIO(data)))


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_the_picture_stays_bit_for_bit_and_what_was_said_beside_it_is_gone(make: Callable[[], bytes]) -> None:
    data = make()
    assert any(secret in data for secret in SECRETS)
    kept = without(data)
    before, after = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(kept))
    assert ImageChops.difference(before.convert("RGB"), after.convert("RGB")).getbbox() is None
    assert not any(secret in kept for secret in SECRETS)
    assert dict(after.getexif().get_ifd(files.GPS_IFD)) == {}
    assert set(after.getexif()) <= {files.ORIENTATION}
    assert without(kept) == kept


def test_which_way_up_it_is_stays_known() -> None:
    assert Image.open(io.BytesIO(without(files.jpeg()))).getexif() == {files.ORIENTATION: files.SIDEWAYS}


@pytest.mark.parametrize("order", ["II", "MM"])
@pytest.mark.parametrize("held", range(10))
def test_how_it_was_held_is_read_in_either_order_of_bytes(order: str, held: int) -> None:
    endian = "little" if order == "II" else "big"
    number = lambda value, size: value.to_bytes(size, endian)  # noqa: E731
    entry = number(0x0112, 2) + number(3, 2) + number(1, 4) + number(held, 2) + b"\0\0"
    tiff = order.encode() + number(42, 2) + number(8, 4) + number(1, 2) + entry + bytes(4)
    segment = files.jpeg()[:2] + b"\xff\xe1" + (len(tiff) + 8).to_bytes(2, "big") + b"Exif\0\0" + tiff
    plain = without(files.jpeg(files.picture()))
    after = Image.open(io.BytesIO(without(segment + plain[plain.index(b"\xff\xdb") :]))).getexif()
    assert dict(after) == ({files.ORIENTATION: held} if 1 <= held <= 8 else {})


def test_what_stands_behind_the_picture_is_left_out() -> None:
    """As the film and the second picture of a telephone's moving photograph, with a place in each."""
    for data in (files.jpeg(), files.png()):
        assert without(data + files.jpeg()) == without(data)


def test_a_chunk_that_may_be_left_out_is_and_one_that_must_be_understood_is_not_taken() -> None:
    data = files.png()
    at = data.index(b"IDAT") - 4

    def chunk(kind: bytes) -> bytes:
        return (4).to_bytes(4, "big") + kind + b"data" + zlib.crc32(kind + b"data").to_bytes(4, "big")

    assert without(data[:at] + chunk(b"abCd") + data[at:]) == without(data)
    with pytest.raises(Unfit):
        without(data[:at] + chunk(b"ABCD") + data[at:])


@pytest.mark.parametrize("make", [files.jpeg, files.png])
def test_a_picture_that_was_cut_off_anywhere_is_not_taken(make: Callable[[], bytes]) -> None:
    data = make()
    for end in range(0, len(data) - 1, max(1, len(data) // 300)):
        with pytest.raises(Unfit):
            without(data[:end])


@given(at=st.integers(0, 5000), with_=st.binary(min_size=1, max_size=40))
def test_bytes_that_were_changed_are_taken_or_not_and_nothing_else_happens(at: int, with_: bytes) -> None:
    for data in (files.jpeg(), files.png()):
        place = at % len(data)
        try:
            without(data[:place] + with_ + data[place + len(with_) :])
        except Unfit:
            continue


def test_more_pixels_than_can_be_drawn_are_not_taken() -> None:
    for data in (files.jpeg(), files.png()):
        width, height = (320).to_bytes(2, "big"), (200).to_bytes(2, "big")
        huge = data.replace(height + width, b"\xff\xff\xff\xff", 1).replace(
            (320).to_bytes(4, "big") + (200).to_bytes(4, "big"), b"\x00\x00\xff\xff" * 2, 1
        )
        assert huge != data
        with pytest.raises(Unfit) as refused:
            without(huge)
        assert refused.value.why == "too_many_pixels"
