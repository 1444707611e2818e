"""Sheets: the coverage map, and the proposed programme."""

from flask_babel import gettext as _

from audit_app.exports.sheet import Cell, Column, Sheet
from audit_app.exports.values import Tone, tone_of
from audit_app.planning import phrases
from audit_app.planning.maps import View
from audit_app.planning.models import Proposal
from audit_app.programme.heatmap import Across, Mark


def coverage(found: View) -> Sheet:
    """The map as it is on the screen, signs with words; the legend and what is left out stand above it."""
    drawn = found.map
    title = _(
        "Coverage %(years)s", years="–".join(dict.fromkeys((str(found.years[0]), str(found.years[-1]))))
    )
    columns = (
        Column(str(drawn.by.label), wrap=True),
        *(Column(each.key if drawn.across is Across.MONTH else each.label) for each in drawn.columns),
        Column(_("Covered")),
    )
    rows: list[tuple[Cell, ...]] = []
    for row in drawn.rows:
        cells: list[Cell] = []
        for column in drawn.columns:
            cell = drawn.cell(row, column)
            cells.append(
                ""
                if cell.mark is Mark.NONE
                else Tone(f"{cell.short} {cell.mark.label}", tone_of(cell.mark.tone))
            )
        rows.append((row.label, *cells, Tone(_("yes"), "good") if row.audits else Tone(_("no"), "bad")))
    missing = ", ".join(row.label for row in drawn.missing)
    notes = (
        _("External audits do not count: clause 9.2 asks for audits of our own."),
        "  ".join(f"{mark.sign} {mark.label}" for mark in Mark),
        _("Not covered: %(rows)s", rows=missing) if missing else _("Everything is covered."),
    )
    return Sheet(title, columns, rows, heading=title, notes=notes, empty=_("There is nothing to cover yet."))


def proposal(found: Proposal) -> Sheet:
    """The proposed programme: frequency, months, effort, every reason and every change."""
    columns = (
        Column(_("Process")),
        Column(_("Name"), wrap=True),
        Column(_("Points"), "int"),
        Column(_("Frequency")),
        Column(_("Months"), wrap=True),
        Column(_("Auditor days each"), "number"),
        Column(_("Reasons"), wrap=True),
        Column(_("Changed, because"), wrap=True),
    )
    rows = [
        (
            line.code,
            line.process.name if line.process else _("Clauses without a process"),
            line.score,
            phrases.every_words(line.every),
            ", ".join(phrases.month_words(month) for month in line.months),
            line.days,
            " · ".join(phrases.reasons(line)),
            " · ".join(f"{each.reason} ({each.by.name})" for each in line.changes),
        )
        for line in found.lines
    ]
    title = _("Proposed programme %(years)s", years=found.name)
    return Sheet(title, columns, rows, heading=title, empty=_("Nothing is proposed."))
