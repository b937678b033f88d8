"""The system's Chromium: found, or installed where we may, or said what to install."""

from __future__ import annotations

import os
import shutil
import subprocess

from playwright._impl._driver import compute_driver_executable

VARIABLE = "PORTAL_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


PACKAGES = ("chromium", "libatomic1", "fonts-liberation")  # libatomic1: what drives Chromium is linked with it


class NoBrowser(Exception):
    """There is no Chromium, or what drives it does not start, and we may not install it."""


def found() -> str | None:
    """The path of a Chromium, if there is one."""
    return os.environ.get(VARIABLE) or next((path for name in NAMES if (path := shutil.which(name))), None)


def drives() -> bool:
    """Whether Playwright's own program starts here."""
    node, _ = compute_driver_executable()
    return subprocess.run([node, "--version"], check=False, capture_output=True).returncode == 0


def require() -> str:
    """The path of a Chromium; NoBrowser says what to install."""
    path = found()
    if path is None or not drives():
        raise NoBrowser(
            f"The end to end tests need Chromium: install it (on Debian: apt-get install {' '.join(PACKAGES)}), or name"
            f" one in {VARIABLE}."
        )
    return path


def install() -> str:
    """As `require`, after installing Debian's packages where we are root and apt-get is there."""
    if (found() is None or not drives()) and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"DEBIAN_FRONTEND": "noninteractive", **os.environ}
        subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES]
        subprocess.run(command, env=quiet, check=False, stdout=subprocess.DEVNULL)
    return require()
