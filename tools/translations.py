"""The Chinese wording: where the catalogues are, and how they become what the app reads.

People edit one `.po` per package; beside it lies the `.mo` of the same name, which gettext reads. The `.mo`
is never committed: `run.py` and the tests make it when its `.po` is newer.

    python -m tools.translations            make every .mo again that is out of date
"""

import os
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "audit_app" / "translations"
LOCALE = "zh_Hans_CN"


def catalogues(locale: str = LOCALE) -> list[Path]:
    """The `.po` files of one language, in the order of their names."""
    return sorted((TRANSLATIONS / locale / "LC_MESSAGES").glob("*.po"))


def read_catalogue(path: Path, locale: str = LOCALE) -> Catalog:
    """Read one `.po`; raises `PoFileError` with the line when it is damaged."""
    with path.open("rb") as stream:
        return read_po(stream, locale=locale, abort_invalid=True)


def up_to_date(path: Path) -> bool:
    """Whether the `.mo` beside a `.po` is there and as new."""
    compiled = path.with_suffix(".mo")
    return compiled.exists() and compiled.stat().st_mtime_ns >= path.stat().st_mtime_ns


def compile_one(path: Path, locale: str) -> Path:
    """Compile a `.po`; the `.mo` is replaced in one step, so readers never see half of it."""
    compiled = path.with_suffix(".mo")
    unfinished = compiled.with_suffix(f".{os.getpid()}")
    with unfinished.open("wb") as stream:
        write_mo(stream, read_catalogue(path, locale))
    unfinished.replace(compiled)
    return compiled


def compile_all(force: bool = False) -> list[Path]:
    """Compile what needs it in every language, and remove the `.mo` of catalogues that are gone.

    Returns the files that were written.
    """
    for orphan in TRANSLATIONS.glob("*/LC_MESSAGES/*.mo"):
        if not orphan.with_suffix(".po").exists():
            orphan.unlink()
    return [
        compile_one(path, path.parent.parent.name)
        for path in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po"))
        if force or not up_to_date(path)
    ]


if __name__ == "__main__":
    compile_all(force="--force" in sys.argv[1:])
