"""The documents of a dossier as plain values, in the order in which auditors ask for them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.exports.names import download_name

KINDS: dict[str, Any] = {
    "programme": _l("Annual audit programme"),
    "appointment": _l("Appointment of the audit team"),
    "plan": _l("Audit plan"),
    "attendance": _l("Attendance of opening and closing meeting"),
    "checklist": _l("Internal audit checklist"),
    "nc_report": _l("Nonconformity report"),
    "distribution": _l("Distribution of nonconformities"),
    "report": _l("Internal audit report"),
    "verification": _l("Verification record"),
    "review_plan": _l("Management review plan"),
    "review_inputs": _l("Management review inputs"),
    "minutes": _l("Attendance and minutes of the review"),
    "review_report": _l("Management review report"),
    "follow_up": _l("Follow-up of review decisions"),
}
"""Kind of document → its title; the place in this table is its number."""

BESIDE: dict[str, tuple[str, Any]] = {
    "certificate": ("appointment", _l("Certificate of competence")),
}
"""Kinds that lie in the folder of another one, with their own title."""

NUMBERS = {kind: number for number, kind in enumerate(KINDS, 1)}
NUMBERS |= {kind: NUMBERS[folder] for kind, (folder, _title) in BESIDE.items()}

Make = Callable[[], bytes]


@dataclass(frozen=True)
class Doc:
    """One document: of what it tells (code of audit, review or programme), its own code, version and date.

    ``files``: extension → what renders it, called once and one at a time. A document without files says
    why in
    ``reason``.
    """

    kind: str
    subject: str
    code: str
    version: str = ""
    dated: date | None = None
    files: dict[str, Make] = field(default_factory=dict)
    reason: str = ""

    @property
    def number(self) -> int:
        """Its place in the order."""
        return NUMBERS[self.kind]

    @property
    def title(self) -> str:
        """What it is, in the language in force."""
        return str(BESIDE[self.kind][1] if self.kind in BESIDE else KINDS[self.kind])

    def path(self, extension: str) -> str:
        """Where it lies in the ZIP: a folder a number, so that every program sorts them alike."""
        folder = KINDS[BESIDE[self.kind][0] if self.kind in BESIDE else self.kind]
        return f"{self.number:02d} {folder}/{download_name(self.code, extension)}"


@dataclass(frozen=True)
class Entry:
    """A line of the index: a document's file with its SHA-256, or a document that is not there."""

    doc: Doc
    path: str = ""
    sha256: str = ""
    size: int = 0
    title: str = ""
