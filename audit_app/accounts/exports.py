"""Sheets of people, departments, sites and processes."""

from collections.abc import Iterable

from flask_babel import gettext as _

from audit_app.accounts.models import Department, Person, Process, Site
from audit_app.exports.sheet import Column, Sheet


def _yes(value: bool) -> str:
    return _("yes") if value else _("no")


def people(rows: Iterable[Person]) -> Sheet:
    """The list of people with their roles."""
    columns = (
        Column(_("Name")),
        Column(_("E-mail address")),
        Column(_("Job title")),
        Column(_("Department")),
        Column(_("Roles"), wrap=True),
        Column(_("Language")),
        Column(_("May sign in")),
        Column(_("Access ends after"), "date"),
        Column(_("Last seen"), "datetime"),
    )
    cells = [
        (
            person.name,
            person.email,
            person.job_title,
            person.department.name if person.department else "",
            ", ".join(str(role.label) for role in sorted(person.role_set)),
            person.language,
            _yes(person.active),
            person.valid_until,
            person.last_seen_at,
        )
        for person in rows
    ]
    return Sheet(_("People"), columns, cells, empty=_("Nobody matches."))


def processes(rows: Iterable[Process]) -> Sheet:
    """The processes with owner, department, clauses and their 2005 process."""
    columns = (
        Column(_("Code")),
        Column(_("Process")),
        Column(_("Process owner")),
        Column(_("Department")),
        Column(_("Clauses"), wrap=True),
        Column(_("Importance"), "int"),
        Column(_("Process of the 2005 edition")),
        Column(_("In use")),
    )
    cells = [
        (
            process.code,
            process.name,
            process.owner.name if process.owner else "",
            process.department.name if process.department else "",
            ", ".join(process.clauses),
            process.importance,
            f"{process.legacy_number} {process.legacy}" if process.legacy_number else "",
            _yes(process.active),
        )
        for process in rows
    ]
    return Sheet(_("Processes"), columns, cells, empty=_("No process is listed yet."))


def departments(rows: Iterable[Department]) -> Sheet:
    """The departments with site and head."""
    columns = (
        Column(_("Code")),
        Column(_("Department")),
        Column(_("Site")),
        Column(_("Head")),
        Column(_("In use")),
    )
    cells = [
        (each.code, each.name, each.site.name, each.head.name if each.head else "", _yes(each.active))
        for each in rows
    ]
    return Sheet(_("Departments"), columns, cells, empty=_("No department is listed yet."))


def sites(rows: Iterable[Site]) -> Sheet:
    """The sites."""
    columns = (Column(_("Code")), Column(_("Site")), Column(_("In use")))
    return Sheet(
        _("Sites"),
        columns,
        [(each.code, each.name, _yes(each.active)) for each in rows],
        empty=_("No site is listed yet."),
    )
