"""Sheets of competence."""

from collections.abc import Iterable

from flask_babel import gettext as _

from audit_app.competence.gaps import Cell, Hold, Matrix
from audit_app.competence.models import Competence
from audit_app.exports.sheet import Column, Sheet
from audit_app.exports.values import Tone, tone_of


def register(rows: Iterable[Competence]) -> Sheet:
    """The competence register."""
    columns = (
        Column(_("Person")),
        Column(_("Skill")),
        Column(_("Standard")),
        Column(_("Discipline or process area"), wrap=True),
        Column(_("Sections or clauses"), wrap=True),
        Column(_("Basis")),
        Column(_("Grounds"), wrap=True),
        Column(_("Evaluated on"), "date"),
        Column(_("Last day"), "date"),
        Column(_("Evaluated by")),
        Column(_("Issuing body"), wrap=True),
        Column(_("State")),
        Column(_("Reason of the revocation"), wrap=True),
    )
    cells = [
        (
            each.person.name,
            each.skill.label,
            each.standard,
            each.area,
            ", ".join(each.clauses) or _("all"),
            each.basis.label,
            each.grounds,
            each.awarded_on,
            each.ends_on,
            each.evaluated_by.name if each.evaluated_by else "",
            each.issuer,
            Tone(each.standing.label, tone_of(each.standing.tone)),
            each.withdrawn_reason,
        )
        for each in rows
    ]
    return Sheet(_("Competence"), columns, cells, empty=_("No record of competence matches."))


def gaps(found: Matrix) -> Sheet:
    """Who covers which section, until when."""
    columns = (
        Column(_("Section")),
        *(Column(person.name) for person in found.people),
        Column(_("Competent"), "int"),
    )
    cells = [(row.label, *(_cell(cell) for cell in row.cells), row.able) for row in found.rows]
    notes = tuple(str(words) for words in (*found.gaps, *found.warnings)) or (_("No gap."),)
    return Sheet(_("Gaps"), columns, cells, heading=_("Competence by section"), notes=notes)


def _cell(cell: Cell) -> Tone | str:
    if cell.hold is Hold.NONE:
        return "–"
    until = cell.until.isoformat() if cell.until else _("without end")
    return Tone(f"{cell.hold.label}: {until}", tone_of(cell.hold.tone))
