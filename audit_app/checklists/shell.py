"""The page that a tablet keeps for itself: which files it needs, which version they are, and the page without
anybody's data."""

import hashlib
import json
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask

from audit_app.checklists.fieldwork import Answer, Fieldwork
from audit_app.checklists.models import Need, ResponseKind

LANGUAGES = ("en", "zh")
FOLDERS = ("fieldwork", "js")
FILES = (
    "app.css", "app.js", "theme.js", "img/mark.svg", "img/app-192.png", "vendor/icons.svg",
    "vendor/tabler-1.6.1.min.css", "vendor/idb-8.0.4.js",
)  # fmt: skip
"""What the page loads beside the scripts of its own folders."""
MADE_FROM = ("templates/*.html", "templates/checklists/*.html", "templates/_macros/*.html")
WORDS = "translations/*/LC_MESSAGES/*.po"
IDB = "vendor/idb-8.0.4.js"
LATER = "fieldwork/leaving.js"
"""Asked for by the sign-out button alone."""
LEFT_OUT = {"sw.js", "charts.js"}


def files(static: Path) -> list[str]:
    """Paths below ``static`` of everything that the cached page needs."""
    found = [path for folder in FOLDERS for path in sorted((static / folder).glob("*.*"))]
    own = [path.relative_to(static).as_posix() for path in found if path.name not in LEFT_OUT]
    return [*own, *FILES]


@cache
def modules(static: Path) -> tuple[str, ...]:
    """Paths below ``static`` of the modules that the page needs at once; it asks for all of them together.

    Without that list a browser finds them one level of imports after the other (docs/decisions/0011).
    """
    own = [name for name in files(static) if name.startswith("fieldwork/") and name.endswith(".js")]
    return (*(name for name in own if name != LATER), IDB)


def version(root: Path) -> str:
    """A short hash over the files, the templates and the words: another page is another version."""
    static = root / "static"
    digest = hashlib.sha256()
    parts = [static / name for name in files(static)] + [static / "fieldwork" / "sw.js"]
    parts += [path for pattern in (*MADE_FROM, WORDS) for path in sorted(root.glob(pattern))]
    for path in parts:
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def worker(app: Flask, shells: list[str], address_of: Any) -> str:
    """The service worker's text; read and hashed once per process."""
    text: str | None = app.extensions.get("fieldwork_worker")
    if text is None:
        root = Path(app.root_path)
        facts = {
            "VERSION": version(root),
            "SHELLS": shells,
            "FILES": [address_of(name) for name in files(root / "static")],
        }
        body = (root / "static" / "fieldwork" / "sw.js").read_text(encoding="utf-8")
        head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in facts.items())
        text = app.extensions["fieldwork_worker"] = head + body
    return text


def blank() -> dict[str, Any]:
    """What the fieldwork template gets when there is no audit to show: every place is there, and empty."""
    item: Any = SimpleNamespace(
        id=0, clause="", title="", prompt="", evidence_hint="", documented_information=False, process=None,
        assessable=True, checklist=SimpleNamespace(version_id=0), kind=ResponseKind.GRADE, settings={},
        needs=Need.NOTHING, topic="", lineage="",
    )  # fmt: skip
    audit: Any = SimpleNamespace(id=0, code="", title="", checklists=[], auditees=[])
    return {"audit": audit, "work": Fieldwork(audit=audit, rows=()), "shown": Answer(item=item)}
