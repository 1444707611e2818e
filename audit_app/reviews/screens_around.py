"""What stands around the inputs of a pack on screen, told as on paper: the facts of its cover, agenda,
participants and annexes."""

from typing import Any

from flask_babel import gettext as _

from audit_app.exports.document import Grid
from audit_app.exports.values import Badge, Check, Link, Pen, Strong, Tone, listed, plain, yes_or_no
from audit_app.reviews import paper_annex, paper_meeting
from audit_app.reviews.pack import DecisionRow, Pack, said
from audit_app.reviews.paper import cover_facts
from audit_app.reviews.paper_signing import signature_of
from audit_app.reviews.telling import DASH, tell

SHAPES = {"good": "success", "warn": "warning", "bad": "danger", "info": "info", "neutral": "secondary"}
"""Tones of paper in the words of the screens."""


def around(pack: Pack, sha256: str) -> dict[str, Any]:
    """Tables as (title, heads, rows); heads are (words, class), cells (words, tone, class)."""
    return {
        "cover": [(name, words(value)) for name, value in cover_facts(pack, sha256)],
        "confidentiality": tell(pack.meta.confidentiality),
        "agenda": shown(_("Agenda"), paper_meeting.agenda_grid(pack)) if pack.agenda else None,
        "participants": shown(_("Participants"), paper_meeting.participants(pack)),
        "definitions": shown(_("Annex A: definitions of the indicators"), paper_annex.definitions(pack)),
        "files": shown(_("Annex B: sources"), paper_annex.sources(pack)),
        "counted_here": paper_annex.counted_here(),
        "signed": signature_of(pack),
        "state_of": _state,
    }


def _state(row: DecisionRow) -> str:
    """What became of a decision: taken, with its action."""
    return listed(filter(None, (tell(said(f"decision.{row.state}")), row.action)))


def shown(title: str, grid: Grid) -> dict[str, Any]:
    """A table of paper for the screen, whole."""
    sides = ["text-end" if column.align == "right" else "" for column in grid.columns]
    rows = [*grid.rows, *([grid.total] if grid.total else [])]
    return {
        "title": title,
        "heads": [
            (plain(column.title), None, side) for column, side in zip(grid.columns, sides, strict=True)
        ],
        "rows": [
            [(words(cell), tone(cell), side) for cell, side in zip(row, sides, strict=True)] for row in rows
        ],
        "empty": plain(grid.empty),
    }


def tone(cell: object) -> str:
    """The tone of a marked cell; "" for a plain one."""
    return SHAPES[cell.tone] if isinstance(cell, Badge | Tone) else ""


def words(cell: object) -> str:
    """The words of a cell of paper; what a pen drew is told by what stands beneath it."""
    if isinstance(cell, tuple):
        return listed(map(words, cell))
    if isinstance(cell, Check):
        return listed(filter(None, (yes_or_no(cell.done), plain(cell.text))))
    if isinstance(cell, Badge | Link | Pen | Strong):
        return plain(cell.text)
    return words(cell.value) if isinstance(cell, Tone) else DASH if cell is None else plain(cell)
