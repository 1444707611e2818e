"""A preview that was worked out before it is looked at: the report as JSON, and the report again."""

from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from audit_app.core.db import db
from audit_app.indicators.models import Indicator
from audit_app.indicators.periods import Month
from audit_app.indicators.reports import SHOWN, Change, Delta, Line, Report, Trouble


def plain(report: Report) -> dict[str, Any]:
    """What the preview shows, in the language of this moment. What it only counts is counted."""
    return {
        "filename": report.filename,
        "rows": report.rows,
        "taken": report.taken,
        "taken_words": str(report.taken_words),
        "figures": [
            [line.indicator.id, str(line.month), *map(_text, (line.value, line.numerator, line.denominator))]
            for line in report.figures
        ],
        "problems": [[each.row, each.where, each.value, str(each.words)] for each in report.problems[:SHOWN]],
        "problem_count": report.wrong,
        "notes": [str(note) for note in report.notes],
        "sha256": report.sha256,
        "delta": asdict(report.delta) if report.delta is not None else None,
        "changes": [
            [ch.indicator.id, str(ch.month), _text(ch.old), _text(ch.new), ch.new_row, str(ch.closed)]
            for ch in report.changes
        ],
    }


def whole(kept: dict[str, Any]) -> Report:
    """The report again. One query."""
    known = _indicators(row[0] for row in (*kept["figures"], *kept["changes"]))
    return Report(
        kept["filename"],
        kept["rows"],
        kept["taken"],
        kept["taken_words"],
        [
            Line(known[key], Month.parse(month), _number(value), _number(upper), _number(lower))
            for key, month, value, upper, lower in kept["figures"]
        ],
        [Trouble(*facts) for facts in kept["problems"]],
        kept["notes"],
        sha256=kept["sha256"],
        problem_count=kept["problem_count"],
        delta=Delta(**kept["delta"]) if kept["delta"] is not None else None,
        changes=[
            Change(known[key], Month.parse(month), _number(old), _number(new), new_row, closed)
            for key, month, old, new, new_row, closed in kept["changes"]
        ],
    )


def _indicators(ids: Iterable[int]) -> dict[int, Indicator]:
    query = select(Indicator).where(Indicator.id.in_(set(ids)))
    return {each.id: each for each in db.session.scalars(query)}


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
