"""Run as a process of its own: reads a copy as JSON, writes a PDF. It imports nothing of ours, and asks no network."""

import json
import resource
import sys
from pathlib import Path

import typst

HERE = Path(__file__).parent
MEMORY_MAX = 1024 * 1024 * 1024
SECONDS_MAX = 15
FIRST, LAST = "Noto Sans", ("Droid Sans Fallback", "NanumSquare")


def typeset(said: bytes) -> bytes:
    """Raises typst.TypstError where a character cannot be set."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[HERE / "fonts"])
    copy = {**json.loads(said), "fonts": in_order(fonts.families())}
    compiler = typst.Compiler(HERE / "receipt.typ", root=HERE, font_paths=fonts)
    made = compiler.compile(format="pdf", pdf_standards=["ua-1"], sys_inputs={"copy": json.dumps(copy)})
    return made if isinstance(made, bytes) else b""


def in_order(families: list[str]) -> list[str]:
    """The first that has a character sets it. NanumSquare is last: its Chinese characters are empty."""
    return [FIRST, *(each for each in families if each not in (FIRST, *LAST)), *LAST]


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MAX, SECONDS_MAX))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_MAX, MEMORY_MAX))
    try:
        sys.stdout.buffer.write(typeset(sys.stdin.buffer.read()))
    except typst.TypstError:  # its text quotes what was written
        sys.exit(1)
