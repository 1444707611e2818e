"""The objectives as a sheet."""

from collections.abc import Iterable

from flask_babel import gettext as _

from audit_app.exports.sheet import Column, Sheet
from audit_app.exports.sheet import Row as Cells
from audit_app.exports.values import Tone
from audit_app.indicators.exports import TONES
from audit_app.indicators.objective_standing import Aimed


def register(found: Iterable[Aimed]) -> Sheet:
    """Each objective with its plan, its indicators, and how it stands or ended."""
    columns = (
        Column(_("Code")),
        Column(_("Service management objective"), width=40),
        Column(_("Process"), width=22),
        Column(_("Department"), width=18),
        Column(_("Responsible")),
        Column(_("What will be done"), width=50),
        Column(_("What resources it needs"), width=30),
        Column(_("How the result is evaluated"), width=36),
        Column(_("Set on"), "date"),
        Column(_("Achieved by"), "date"),
        Column(_("Indicators"), width=44),
        Column(_("What its indicators say"), width=28),
        Column(_("State")),
        Column(_("Closed on"), "date"),
        Column(_("Result"), width=44),
        Column(_("Figures when it was closed"), width=36),
    )
    return Sheet(_("Objectives"), columns, [_row(each) for each in found], empty=_("No objective matches"))


def _row(one: Aimed) -> Cells:
    objective = one.objective
    return (
        objective.code,
        objective.name,
        objective.process.name if objective.process else "",
        objective.department.name if objective.department else "",
        objective.owner.name,
        objective.measures,
        objective.resources,
        objective.evaluation,
        objective.set_on,
        objective.due_on,
        "; ".join(
            f"{row.indicator.code} {row.indicator.name}: {row.value} ({row.target})" for row in one.rows
        ),
        Tone(one.reading.label, TONES.get(one.reading.tone, "neutral")) if objective.in_force else "",
        Tone(objective.state.label, TONES.get(objective.state.tone, "neutral")),
        objective.closed_on,
        objective.result,
        objective.closed_with,
    )
