"""Sheets of audits."""

from collections.abc import Iterable

from flask_babel import gettext as _

from audit_app.exports.sheet import Column, Sheet
from audit_app.exports.values import Tone, listed, named_role, tone_of
from audit_app.programme.models import Audit


def audits(rows: Iterable[Audit]) -> Sheet:
    """The list of audits with scope and team."""
    columns = (
        Column(_("Code")),
        Column(_("Audit")),
        Column(_("Kind")),
        Column(_("State")),
        Column(_("First day"), "date"),
        Column(_("Last day"), "date"),
        Column(_("Lead auditor")),
        Column(_("Team"), wrap=True),
        Column(_("Processes"), wrap=True),
        Column(_("Clauses"), wrap=True),
        Column(_("Departments"), wrap=True),
        Column(_("Sites"), wrap=True),
        Column(_("Auditees"), wrap=True),
        Column(_("Criteria"), wrap=True),
        Column(_("Certification body")),
    )
    cells = [
        (
            audit.code,
            audit.title,
            audit.kind.label,
            Tone(audit.state.label, tone_of(audit.state.tone)),
            audit.starts_on,
            audit.ends_on,
            audit.lead.name if audit.lead else "",
            listed(named_role(each.person.name, str(each.role.label)) for each in audit.members),
            ", ".join(process.code for process in audit.processes),
            ", ".join(str(clause) for clause in audit.clauses),
            listed(department.name for department in audit.departments),
            listed(site.name for site in audit.sites),
            listed(person.name for person in audit.auditees),
            audit.criteria,
            audit.body,
        )
        for audit in rows
    ]
    return Sheet(_("Audits"), columns, cells, empty=_("No audit matches."))
