"""Files kept between the steps of an import: under a random name, bound to the person, for a day."""

import json
import re
import secrets
import time
from pathlib import Path
from typing import IO

from flask_babel import lazy_gettext as _l

from audit_app.core.errors import NotVisible, Refused

LARGEST = 20 * 1024 * 1024
"""Bytes of one file."""
KEPT_SECONDS = 24 * 3600
TOKEN = re.compile(r"^[A-Za-z0-9_-]{22}$")


def keep(folder: Path, person_id: int, filename: str, stream: IO[bytes]) -> str:
    """Store an upload and return its token. Raises :class:`Refused` when it is empty or larger than 20 MB."""
    clean(folder)
    data = stream.read(LARGEST + 1)
    if not data:
        raise Refused(_l("The file is empty. Choose the file again."), "file")
    if len(data) > LARGEST:
        raise Refused(_l("The file is larger than 20 MB: keep only the sheet with the questions."), "file")
    token = secrets.token_urlsafe(16)
    folder.mkdir(parents=True, exist_ok=True)
    _head(folder, person_id, token).write_text(json.dumps({"name": filename[-200:]}), encoding="utf-8")
    _body(folder, person_id, token).write_bytes(data)
    return token


def fetch(folder: Path, person_id: int, token: str) -> tuple[str, bytes]:
    """(file name, bytes) of one's own upload. Raises :class:`NotVisible` for another's or a lost one."""
    if not TOKEN.match(token):
        raise NotVisible
    try:
        head = json.loads(_head(folder, person_id, token).read_text(encoding="utf-8"))
        return str(head["name"]), _body(folder, person_id, token).read_bytes()
    except FileNotFoundError as error:
        raise NotVisible from error


def drop(folder: Path, person_id: int, token: str) -> None:
    """Forget an upload that has been imported."""
    if TOKEN.match(token):
        _head(folder, person_id, token).unlink(missing_ok=True)
        _body(folder, person_id, token).unlink(missing_ok=True)


def clean(folder: Path) -> None:
    """Delete what is older than a day."""
    oldest = time.time() - KEPT_SECONDS
    for path in folder.glob("import-*") if folder.is_dir() else ():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def _body(folder: Path, person_id: int, token: str) -> Path:
    return folder / f"import-{person_id}-{token}"


def _head(folder: Path, person_id: int, token: str) -> Path:
    return folder / f"import-{person_id}-{token}.json"
