"""The system's Chromium: found, or installed where we may, or said what to install."""

from __future__ import annotations

import os
import shutil
import subprocess

VARIABLE = "PORTAL_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


class NoBrowser(Exception):
    """There is no Chromium, and we may not install one."""


def found() -> str | None:
    """The path of a Chromium, if there is one."""
    return os.environ.get(VARIABLE) or next((path for name in NAMES if (path := shutil.which(name))), None)


def require() -> str:
    """The path of a Chromium; NoBrowser says what to install."""
    path = found()
    if path is None:
        raise NoBrowser(
            "The end to end tests need Chromium: install it (on Debian: apt-get install chromium), or name one in"
            f" {VARIABLE}."
        )
    return path


def install() -> str:
    """As `require`, after installing Debian's package where we are root and apt-get is there."""
    if found() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"DEBIAN_FRONTEND": "noninteractive", **os.environ}
        subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
        packages = ["chromium", "fonts-liberation"]
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        subprocess.run(command, env=quiet, check=False, stdout=subprocess.DEVNULL)
    return require()
