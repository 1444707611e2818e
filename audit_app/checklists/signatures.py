"""Signatures of the opening and the closing meeting: kept as strokes, drawn from them on screen and paper."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.checklists.models import AnswerRevision, RecordKind

MEETINGS: dict[str, Any] = {"opening": _l("Opening meeting"), "closing": _l("Closing meeting")}
PARTIES: dict[str, Any] = {"auditor": _l("Auditor"), "auditee": _l("Auditee")}

Stroke = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Signed:
    """One signature with both times: by the clock of the device, and when the server had it."""

    meeting: str
    party: str
    name: str
    strokes: tuple[Stroke, ...]
    width: int
    height: int
    by: str
    client_time: datetime
    received_at: datetime

    @property
    def meeting_name(self) -> Any:
        """The meeting in words."""
        return MEETINGS[self.meeting]

    @property
    def party_name(self) -> Any:
        """Auditor or auditee, in words."""
        return PARTIES[self.party]

    @property
    def lines(self) -> list[str]:
        """The strokes as the points of polylines (SVG); a dot becomes a line too short to be seen as one."""
        return [
            " ".join(f"{x:g},{y:g}" for x, y in _visible(stroke)) for stroke in self.strokes if len(stroke)
        ]


def _visible(stroke: Stroke) -> Stroke:
    return stroke if len(stroke) > 1 else [stroke[0], [stroke[0][0] + 0.1, stroke[0][1]]]


def signed(heads: Iterable[AnswerRevision]) -> tuple[Signed, ...]:
    """The signatures among the heads of an audit: opening before closing, then in the order they came.

    Of one that was given again on two devices at once, both stand: neither replaces the other.
    """
    rows = [row for row in heads if row.kind is RecordKind.SIGNATURE]
    order = list(MEETINGS)
    rows.sort(key=lambda row: (order.index((row.payload or {})["meeting"]), row.server_seq))
    return tuple(_one(row) for row in rows)


def _one(row: AnswerRevision) -> Signed:
    facts = row.payload or {}
    return Signed(
        facts["meeting"],
        facts["party"],
        facts["name"],
        tuple(facts["strokes"]),
        facts["width"],
        facts["height"],
        row.author.name,
        row.client_time,
        row.received_at,
    )
