"""What a dossier holds of the time before an audit: programme, appointment, certificates, plan."""

from collections.abc import Iterator, Sequence
from functools import partial

from flask_babel import gettext as _

from audit_app.accounts.models import Person
from audit_app.agenda import exports as agenda_exports
from audit_app.agenda import queries as agenda
from audit_app.checklists import exports as checklist_exports
from audit_app.dossiers import paper_programme, paper_team, papers
from audit_app.dossiers.dates import day, living
from audit_app.dossiers.items import Doc
from audit_app.dossiers.paper_programme import Edition
from audit_app.evidence.models import Attachment
from audit_app.evidence.services import path_of
from audit_app.exports import pdf, xlsx
from audit_app.planning import queries as planning
from audit_app.programme import exports as programme_exports
from audit_app.programme import queries as programmes
from audit_app.programme.models import Audit, Programme


def of_programme(year: Programme, *, to: Person) -> Iterator[Doc]:
    """Every approved version of the programme of a year; the newest also as the list of the audits today."""
    if not programmes.sees_every_audit(to):
        yield _withheld(year)
        return
    audits = programmes.of_year(year, to=to)
    for edition in paper_programme.every(year):
        yield of_edition(edition, audits)


def in_force(audit: Audit, *, to: Person) -> Doc:
    """The version of the programme that was in force when an audit began; the newest before it begins."""
    if not programmes.sees_every_audit(to):
        return _withheld(audit.programme)
    edition = paper_programme.in_force(audit.programme, audit.started_at)
    return of_edition(edition, programmes.of_year(audit.programme, to=to))


def _withheld(year: Programme) -> Doc:
    """In place of the programme, for who sees some audits only: it names all of them, as its versions on
    screen do."""
    why = _("The programme names every audit of the year. It goes to those who may see every audit.")
    return Doc("programme", year.code, "–", reason=why)


def of_edition(edition: Edition, audits: Sequence[Audit]) -> Doc:
    """One version on paper."""
    year, version = edition.year, edition.version
    lines = planning.reasons_for(year.year)
    files = {"pdf": lambda: pdf.render(paper_programme.programme(edition, audits, lines))}
    sheets = (
        paper_programme.approved_sheet(edition, audits),
        programme_exports.audits(audits),
    )
    code = f"{year.code}-V{version.number}" if version else year.code
    files["xlsx"] = lambda: xlsx.render(checklist_exports.workbook(sheets, year.title, code))
    return Doc(
        "programme",
        year.code,
        code,
        str(version.number) if version else _("draft"),
        day(version.approved_at) if version else None,
        files,
    )


def of_audit(audit: Audit, *, to: Person) -> Iterator[Doc]:
    """Appointment, certificates and plan of an audit of our own."""
    first = paper_programme.first_with(audit)
    when = paper_team.appointed(audit, first.approved_at if first else None)
    if audit.lead is None:
        yield Doc("appointment", audit.code, "–", reason=_("No lead auditor and no team is chosen yet."))
    else:
        records = paper_team.records_of(paper_team.team_of(audit), to=to)
        paper = {"pdf": lambda: pdf.render(paper_team.appointment(audit, when, records))}
        yield Doc("appointment", audit.code, f"{audit.code}-A", living(), day(when.at), paper)
        for record in records or ():
            for file in paper_team.certificates([record]).get(record.id, ()):
                yield _certificate(record.person, file)
    drawn_up = agenda.plan_of(audit)
    code = f"{audit.code}-P"
    if drawn_up is None:
        bare = {"pdf": lambda: pdf.render(papers.plan(audit))}
        yield Doc("plan", audit.code, code, living(), day(audit.notified_at), bare)
        return
    approved = day(drawn_up.approved_at) or day(audit.notified_at)
    paper = {"pdf": lambda: pdf.render(agenda_exports.plan_document(drawn_up))}
    yield Doc("plan", audit.code, code, str(drawn_up.edition or _("draft")), approved, paper)


def _certificate(person: Person, file: Attachment) -> Doc:
    stem, _dot, extension = file.filename.rpartition(".")
    code = f"{person.name} {stem} {file.sha256[:8]}"
    read = partial(path_of(file.sha256).read_bytes)
    return Doc("certificate", person.name, code, "", day(file.at), {extension.lower() or "bin": read})
