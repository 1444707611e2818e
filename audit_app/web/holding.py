"""Files held between the steps of an import: under a random name, bound to the person, for a day.

Unlike evidence they are nobody's record: what is not confirmed disappears by itself. Streams are copied
piece by piece, since a log may be larger than one wants to hold in memory.
"""

import json
import re
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from flask_babel import lazy_gettext as _l

from audit_app.core.errors import NotVisible, Refused

CHUNK = 1 << 20
KEPT_SECONDS = 24 * 3600
TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True)
class Held:
    """An upload: what it was called, where it lies, and what was chosen with it."""

    token: str
    filename: str
    path: Path
    facts: dict[str, Any] = field(default_factory=dict)


def keep(
    folder: Path,
    person_id: int,
    filename: str,
    stream: IO[bytes],
    *,
    largest: int | None = None,
    **facts: Any,
) -> Held:
    """Store an upload with the choices made beside it.

    Raises Refused for an empty file, and for one of more than ``largest`` bytes; neither leaves anything.
    """
    clean(folder)
    folder.mkdir(parents=True, exist_ok=True)
    token = secrets.token_urlsafe(16)
    held = Held(token, _clean_name(filename), _body(folder, person_id, token), facts)
    try:
        _copy(stream, held.path, largest)
    except BaseException:
        held.path.unlink(missing_ok=True)
        raise
    head = {"filename": held.filename, "facts": facts}
    _head(folder, person_id, token).write_text(json.dumps(head), encoding="utf-8")
    return held


def _copy(stream: IO[bytes], target: Path, largest: int | None) -> None:
    size = 0
    with target.open("wb") as file:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if largest is not None and size > largest:
                words = _l(
                    "The file is larger than %(max)s MB: keep only the sheet that is to be read.",
                    max=largest >> 20,
                )
                raise Refused(words, "file")
            file.write(chunk)
    if not size:
        raise Refused(_l("The file is empty. Choose the file again."), "file")


def fetch(folder: Path, person_id: int, token: str) -> Held:
    """One's own upload. Raises NotVisible for somebody else's, or when it is gone."""
    if not TOKEN.fullmatch(token):
        raise NotVisible
    try:
        head = json.loads(_head(folder, person_id, token).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotVisible from error
    return Held(token, head["filename"], _body(folder, person_id, token), head["facts"])


def drop(folder: Path, person_id: int, token: str) -> None:
    """Forget an upload that was imported or given up."""
    if TOKEN.fullmatch(token):
        for ending in (".json", ".job", ".lock", ""):
            beside(folder, person_id, token, ending).unlink(missing_ok=True)


def forget_body(folder: Path, person_id: int, token: str) -> None:
    """Let the file go that was taken in; what became of it may still be looked at."""
    _body(folder, person_id, token).unlink(missing_ok=True)


def clean(folder: Path) -> None:
    """Delete what is older than a day."""
    oldest = time.time() - KEPT_SECONDS
    for path in folder.glob("held-*") if folder.is_dir() else ():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def _clean_name(filename: str) -> str:
    name = re.sub(r"[\x00-\x1f\x7f]", "", filename.replace("\\", "/").rsplit("/", 1)[-1]).strip()
    return name[-200:] or "file"


def beside(folder: Path, person_id: int, token: str, ending: str) -> Path:
    """The place of what is kept with an upload."""
    return folder / f"held-{person_id}-{token}{ending}"


def _body(folder: Path, person_id: int, token: str) -> Path:
    return beside(folder, person_id, token, "")


def _head(folder: Path, person_id: int, token: str) -> Path:
    return beside(folder, person_id, token, ".json")
