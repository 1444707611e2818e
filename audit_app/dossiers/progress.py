"""How far a dossier has come, told by the request that makes it to the page that waits.

A small file in the folder that the machine keeps for passing things: making a dossier changes no row and no
file that the system keeps, and every worker on the machine can read it.
"""

import hashlib
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

KEPT = 3600.0
"""Seconds after which what is left of earlier dossiers is thrown away."""


def folder(data: Path) -> Path:
    """Where the small files of this installation lie: one folder per data folder, closed to other people."""
    name = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"audit-file-{os.getuid() if hasattr(os, 'getuid') else 0}-{name}"


def clean(data: Path) -> None:
    """Make the folder, and throw away what is too old."""
    found = folder(data)
    found.mkdir(mode=0o700, exist_ok=True)
    for old in found.iterdir():
        if time.time() - old.stat().st_mtime > KEPT:
            old.unlink(missing_ok=True)


def tell(data: Path, token: str, done: int, whole: int, now: str, state: str = "running") -> None:
    """Say how far it is; readers see the old file or the new one, never half of it."""
    place = folder(data) / f"{token}.json"
    draft = place.with_suffix(".new")
    draft.write_text(json.dumps({"done": done, "whole": whole, "now": now, "state": state}), encoding="utf-8")
    draft.replace(place)


def read(data: Path, token: str) -> dict[str, Any]:
    """How far it is; "waiting" before it has begun."""
    try:
        found: dict[str, Any] = json.loads((folder(data) / f"{token}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {"done": 0, "whole": 0, "now": "", "state": "waiting"}
    return found
