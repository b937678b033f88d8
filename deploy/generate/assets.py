"""Rebuilds the pages' CSS and JavaScript from npm's govuk-frontend: `make assets`. Only this needs Node and npm."""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

GATEWAY = Path(__file__).parents[2] / "services" / "gateway"
SOURCES, BUILT = GATEWAY / "assets", GATEWAY / "static"
PACKAGES = ("govuk-frontend@6.3.0", "sass@1.108.2")
"""The version that the templates' macros (govuk-frontend-jinja 4.1.0) are made for, and a compiler."""

NEVER = ("GDS Transport", "crest", "url(")
"""What the compiled style sheet must not hold: the font and the arms are the Crown's, and nothing else is fetched."""


def main() -> None:
    """Compile into services/gateway/static; leave with one sentence and exit code 1 when it cannot be done."""
    if shutil.which("npm") is None:
        sys.exit("Rebuilding the assets needs Node.js with npm. The built files are in the repository.")
    with TemporaryDirectory(prefix="portal-assets-") as folder:
        try:
            build(Path(folder))
        except subprocess.CalledProcessError as error:
            sys.exit(f"{error.cmd[0]} failed with exit code {error.returncode}.")


def build(folder: Path) -> None:
    (folder / "package.json").write_text('{"private": true}')
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", *PACKAGES], cwd=folder, check=True)
    compile_styles(folder)
    copy_scripts(folder)


def compile_styles(folder: Path) -> None:
    sass = folder / "node_modules" / ".bin" / "sass"
    paths = ["--style=compressed", "--no-source-map", f"--load-path={folder / 'node_modules'}", "--quiet-deps"]
    subprocess.run([str(sass), *paths, str(SOURCES / "portal.scss"), str(BUILT / "portal.css")], cwd=folder, check=True)
    found = [word for word in NEVER if word in (BUILT / "portal.css").read_text()]
    if found:
        sys.exit(f"The compiled style sheet holds what it must not: {', '.join(found)}.")


def copy_scripts(folder: Path) -> None:
    library = (folder / "node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js").read_text()
    without_map = library.partition("//# sourceMappingURL=")[0].rstrip()
    (BUILT / "govuk-frontend.min.js").write_text(without_map + "\n")
    for name in ("portal.js", "session.js", "start.js"):
        shutil.copyfile(SOURCES / name, BUILT / name)


if __name__ == "__main__":
    main()
