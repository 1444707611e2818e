"""The Chinese wording: where the catalogues are, and how they become the one file that the app reads.

People edit one `.po` per package. The app reads a single `messages.mo` put together from all of them, because
gettext looks a sentence up in one place. The `.mo` is never committed: `run.py` and the tests make it when a
`.po` is newer.

    python -m tools.translations            make messages.mo again where it is out of date
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


def up_to_date(folder: Path) -> bool:
    """Whether `messages.mo` is as new as every `.po` beside it."""
    compiled = folder / "messages.mo"
    if not compiled.exists():
        return False
    made = compiled.stat().st_mtime_ns
    return all(path.stat().st_mtime_ns <= made for path in folder.glob("*.po"))


def compile_folder(folder: Path, locale: str = LOCALE) -> Path:
    """Merge all `.po` of a folder into its `messages.mo`, replaced in one step: readers never see half."""
    merged = Catalog(locale=locale, fuzzy=False)
    for path in sorted(folder.glob("*.po")):
        for message in read_catalogue(path, locale):
            if message.id and message.string and not message.fuzzy:
                merged.add(message.id, message.string, context=message.context, flags=message.flags)
    compiled = folder / "messages.mo"
    unfinished = folder / f"messages.mo.{os.getpid()}"
    with unfinished.open("wb") as stream:
        write_mo(stream, merged)
    unfinished.replace(compiled)
    return compiled


def compile_all(force: bool = False) -> list[Path]:
    """Compile every language that needs it; returns the files that were written."""
    folders = sorted(path for path in TRANSLATIONS.glob("*/LC_MESSAGES") if any(path.glob("*.po")))
    return [
        compile_folder(folder, folder.parent.name) for folder in folders if force or not up_to_date(folder)
    ]


if __name__ == "__main__":
    compile_all(force="--force" in sys.argv[1:])
