"""The improvement register as a sheet."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from audit_app.exports.sheet import Column, Sheet
from audit_app.exports.values import Tone, tone_of
from audit_app.improvements.models import Improvement


def register(rows: Iterable[Improvement]) -> Sheet:
    """All columns of the register, as filtered and sorted."""
    columns = (
        Column(_("Code"), width=14),
        Column(_("State"), width=14),
        Column(_("What could be better"), width=40, wrap=True),
        Column(_("Description"), width=44, wrap=True),
        Column(_("Source"), width=16),
        Column(_("Number of the source"), width=16),
        Column(_("Process"), width=20),
        Column(_("Department"), width=16),
        Column(_("Proposed by"), width=16),
        Column(_("Proposed on"), "date"),
        Column(_("Benefit"), "int"),
        Column(_("Effort"), "int"),
        Column(_("Risk"), "int"),
        Column(_("Points"), "int"),
        Column(_("Evaluation"), width=36, wrap=True),
        Column(_("Decided by"), width=16),
        Column(_("Declined because"), width=30, wrap=True),
        Column(_("Who carries it out"), width=16),
        Column(_("Due"), "date"),
        Column(_("Target for"), width=14),
        Column(_("What is measured"), width=30, wrap=True),
        Column(_("Value before"), "number"),
        Column(_("Target"), "number"),
        Column(_("Unit"), width=10),
        Column(_("Measured value"), "number"),
        Column(_("Measured on"), "date"),
        Column(_("Outcome"), width=16),
        Column(_("Implemented on"), "date"),
        Column(_("Result"), width=36, wrap=True),
        Column(_("Closed on"), "date"),
    )
    return Sheet(
        _("Improvements"), columns, [_row(each) for each in rows], empty=_("No improvement matches.")
    )


def _name(record: Any) -> str:
    return record.name if record is not None else ""


def _row(one: Improvement) -> tuple[object, ...]:
    return (
        one.code,
        Tone(one.state.label, tone_of(one.state.tone)),
        one.title,
        one.description,
        one.source.label,
        one.source_code,
        _name(one.process),
        _name(one.department),
        _name(one.proposed_by),
        one.proposed_on,
        one.benefit,
        one.effort,
        one.risk,
        one.points,
        one.evaluation_note,
        _name(one.decided_by),
        one.declined_reason,
        _name(one.owner),
        one.due_on,
        one.target_kind.label if one.target_kind else "",
        one.target_what,
        one.baseline,
        one.target,
        one.unit,
        one.measured,
        one.measured_on,
        Tone(one.outcome.label, tone_of(one.outcome.tone)) if one.outcome else "",
        one.implemented_on,
        one.closing_note,
        one.closed_on,
    )
