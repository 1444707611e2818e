"""What every import of a sheet shares between its three steps: the file that waits, and what was chosen."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from flask import current_app
from flask_babel import gettext as _

from audit_app.core.errors import NotVisible, Refused
from audit_app.web import holding
from audit_app.web.holding import Held

Preview = TypeVar("Preview")


def folder() -> Path:
    """Where uploads wait for their confirmation."""
    found: Path = current_app.config["SETTINGS"].data_dir / "uploads"
    return found


def waiting(token: str, person_id: int, fact: str = "") -> Held:
    """One's own upload, of the import that keeps ``fact`` with its files. Raises :class:`Refused` when it is
    gone, somebody else's, or of another import."""
    try:
        held = holding.fetch(folder(), person_id, token)
    except NotVisible:
        held = None
    if held is None or (fact and fact not in held.facts):
        raise Refused(_("The uploaded file is no longer here (it is kept for a day). Choose it again."))
    return held


def choices(given: Any, keys: Iterable[str]) -> dict[str, Any]:
    """Sheet, heading row and columns as an address or a form names them; None where the guess counts."""
    header = given.get("header", "")
    columns = {key: column for key in keys if (column := given.get(f"col_{key}", ""))}
    return {
        "sheet": given.get("sheet") or None,
        "header": int(header) if header.isdecimal() and len(header) < 8 else None,
        "mapping": columns if "mapped" in given else None,
    }


def previewed(preview: Callable[..., Preview], chosen: dict[str, Any]) -> tuple[Preview | None, Any]:
    """The preview for the choices; a refusal goes beside the preview without them, if there is one."""
    try:
        found = preview(**chosen)
        return found, getattr(found, "refusal", None)
    except Refused as refused:
        try:
            return preview(), refused.words
        except Refused:
            return None, refused.words
