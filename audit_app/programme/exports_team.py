"""Sheets of waivers and workload."""

from collections.abc import Iterable

from flask_babel import gettext as _

from audit_app.exports.sheet import Column, Sheet
from audit_app.exports.values import Tone, tone_of
from audit_app.programme.waiver_models import Waiver
from audit_app.programme.workload import MOST_DAYS, Workload


def waivers(rows: Iterable[Waiver]) -> Sheet:
    """The register of waivers."""
    columns = (
        Column(_("Audit")),
        Column(_("Person")),
        Column(_("Kind")),
        Column(_("Covers"), wrap=True),
        Column(_("Reason"), wrap=True),
        Column(_("Compensating measure"), wrap=True),
        Column(_("State")),
        Column(_("Asked by")),
        Column(_("Asked"), "datetime"),
        Column(_("Approved by")),
        Column(_("Approved"), "datetime"),
        Column(_("Reason of the revocation"), wrap=True),
    )
    cells = [
        (
            each.audit.code,
            each.person.name,
            each.kind.label,
            ", ".join(each.subjects),
            each.reason,
            each.measure,
            Tone(each.state.label, tone_of(each.state.tone)),
            each.asked_by.name,
            each.asked_at,
            each.approved_by.name if each.approved_by else "",
            each.approved_at,
            each.withdrawn_reason,
        )
        for each in rows
    ]
    return Sheet(_("Waivers"), columns, cells, empty=_("No waiver was asked for."))


def workload(found: Workload) -> Sheet:
    """Audit days per auditor and month of a year."""
    columns = (
        Column(_("Person")),
        *(Column(f"{found.year}-{month:02d}", "number") for month in range(1, 13)),
        Column(_("Days"), "number"),
        Column(_("Agenda hours"), "number"),
        Column(_("Counted by")),
        Column(_("Audits"), "int"),
    )
    cells = [
        (
            load.person.name,
            *(_days(load.days[month]) for month in range(1, 13)),
            round(load.total_days, 2),
            round(load.agenda_hours, 2) or None,
            str(load.counted),
            load.total_audits,
        )
        for load in found.loads
    ]
    notes = tuple(str(words) for words in found.remarks) or (_("Nobody is overloaded."),)
    return Sheet(_("Workload"), columns, cells, heading=_("Audit days by month"), notes=notes)


def _days(days: float) -> float | Tone | None:
    if days > MOST_DAYS:
        return Tone(f"{days:g}", "bad")
    return round(days, 2) or None
