"""The audit report on paper, in the order of ISO 19011 6.5.1: what, who, how it came out, what was
concluded."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from audit_app.exports.document import (
    Block,
    Callout,
    Contents,
    Cover,
    Document,
    Facts,
    Grid,
    GridColumn,
    Heading,
    KeepTogether,
    Signature,
    Signatures,
    Text,
)
from audit_app.exports.values import Strong, listed
from audit_app.reports import paper_findings as findings
from audit_app.reports import paper_results as results
from audit_app.reports import telling
from audit_app.reports.telling import DASH
from audit_app.reports.tree import Player, Report


def title_of(report: Report) -> str:
    """Internal audit report, or the number of its supplement."""
    if report.supplement is not None:
        return _("Supplement %(number)s to the audit report", number=report.meta.number)
    return _("Internal audit report")


def document(report: Report, language: str, sha256: str) -> Document:
    """The whole report as a document, in the language in force (``language`` names it for the renderer)."""
    meta = report.meta
    return Document(
        title=f"{meta.code} {meta.title}",
        blocks=tuple(_all(report, sha256)),
        organisation=telling.name(meta.organisation),
        code=meta.code,
        version=str(meta.number + 1) if report.issued else _("draft"),
        language=language,
        created=meta.compiled_at,
        author=meta.lead,
        watermark="" if report.issued else _("DRAFT"),
        hash8=sha256[:8],
        zone=ZoneInfo(meta.zone),
    )


def _all(report: Report, sha256: str) -> Iterator[Block]:
    yield _cover(report, sha256)
    yield Contents(2)
    if report.supplement is not None:
        yield from _supplement(report)
    yield from _assignment(report)
    yield from _people(report)
    yield from results.summary(report)
    yield from findings.findings(report)
    yield from findings.matrix(report)
    yield from results.coverage(report)
    yield from results.independence(report)
    yield from _conclusion(report)
    yield from _distribution(report)
    yield from results.clauses(report)


def _cover(report: Report, sha256: str) -> Cover:
    meta = report.meta
    facts: list[tuple[str, Any]] = [
        (_("Audit"), f"{meta.audit} · {telling.kind(meta.kind)}"),
        (_("Dates"), telling.span(report)),
        (_("Places"), telling.units(report.scope.sites)),
        (_("Audited units"), telling.units(report.scope.departments)),
        (_("Lead auditor"), meta.lead or DASH),
        (_("Document"), _("%(code)s · version %(number)s", code=meta.code, number=meta.number + 1)),
    ]
    if meta.issued is not None:
        at = telling.moment(meta.issued.at, meta.zone)
        facts.append((_("Report issued by"), listed((meta.issued.name, at))))
    else:
        facts.append((_("Compiled at"), telling.moment(meta.compiled_at, meta.zone)))
    facts.append(("SHA-256", sha256))
    return Cover(
        meta.title,
        subtitle=telling.span(report),
        kicker=" · ".join((title_of(report), meta.code)),
        facts=tuple(facts),
        notice=telling.name(meta.confidentiality),
    )


def _supplement(report: Report) -> Iterator[Block]:
    made = report.supplement
    assert made is not None
    yield Heading(_("Supplement %(number)s", number=report.meta.number))
    yield Callout(
        _(
            "This supplement corrects the report %(code)s, whose SHA-256 is %(hash)s. The report "
            "stays as it was "
            "issued. Below, the report is printed as it reads with the correction.",
            code=f"{report.meta.audit}-R",
            hash=made.report_sha256,
        )
    )
    yield Facts(((_("Why"), made.reason), (_("Correction"), made.correction)))
    rows = [*made.changes, *made.answers]
    columns = (
        GridColumn(_("Finding or clause"), 1.6),
        GridColumn(_("What changed"), 1.6),
        GridColumn(_("Before"), 4),
        GridColumn(_("Now"), 4),
    )
    cells = tuple(
        (each.code, str(telling.CHANGES[each.what]), *_sides(each.what, each.before, each.after))
        for each in rows
    )
    yield Grid(columns, cells, compact=True, empty=_("No finding and no answer has changed since."))


def _sides(what: str, before: str, after: str) -> tuple[str, str]:
    return telling.changed(what, before), telling.changed(what, after)


def _assignment(report: Report) -> Iterator[Block]:
    meta, scope = report.meta, report.scope
    yield Heading(_("1 Objectives, scope and criteria"))
    yield Facts(
        (
            (_("Client of the audit"), telling.name(meta.organisation)),
            (
                _("Objective"),
                scope.objective
                or _("None of its own: those of the programme %(code)s.", code=meta.programme),
            ),
            (_("Criteria"), scope.criteria or DASH),
            (_("Processes"), telling.units(scope.processes)),
            (_("Clauses"), telling.listed(scope.clauses)),
            (_("Departments"), telling.units(scope.departments)),
            (_("Places"), telling.units(scope.sites)),
            (_("Dates"), telling.span(report)),
            (_("Why now, why this scope"), scope.rationale or DASH),
            (_("Audit programme"), f"{meta.programme} {meta.programme_title}"),
            (_("Scope of the management system"), telling.name(meta.org_scope) or DASH),
            (_("Audit practice"), meta.practice or DASH),
            (_("Confidentiality"), telling.name(meta.confidentiality)),
        )
    )


def _people(report: Report) -> Iterator[Block]:
    meta = report.meta
    yield Heading(_("2 Team, participants and meetings"))
    yield _players(report.team, _("Nobody was named as team."))
    yield Heading(_("Auditees"), 2)
    yield _players(report.auditees, _("No auditee was named."))
    yield Heading(_("Dates of the audit"), 2)
    yield Facts(
        (
            (_("Notice given"), telling.moment(meta.notified_at, meta.zone)),
            (_("Started"), telling.moment(meta.started_at, meta.zone)),
            (_("Audit on site"), telling.span(report)),
        )
    )
    yield Heading(_("Opening and closing meeting"), 2)
    yield Grid(
        (
            GridColumn(_("Which meeting"), 2),
            GridColumn(_("When"), 2),
            GridColumn(_("Place"), 2),
            GridColumn(_("Present"), 5),
            GridColumn(_("Absent"), 3),
        ),
        tuple(
            (
                telling.meeting(each.kind),
                telling.moment(each.at, meta.zone),
                each.place or DASH,
                telling.listed(each.present),
                telling.listed(each.absent),
            )
            for each in report.meetings
        ),
        empty=_("No attendance of a meeting is recorded in the system."),
    )


def _players(rows: tuple[Player, ...], empty: str) -> Grid:
    columns = (
        GridColumn(_("Name"), 2.4),
        GridColumn(_("Function in the audit"), 2),
        GridColumn(_("Job title"), 3),
        GridColumn(_("Department"), 3),
    )
    cells = tuple(
        (Strong(each.name), telling.role(each.role), each.job or DASH, telling.name(each.unit))
        for each in rows
    )
    return Grid(columns, cells, empty=empty)


def _conclusion(report: Report) -> Iterator[Block]:
    yield Heading(_("8 Conclusion"))
    if report.conclusion.strip():
        yield Text(report.conclusion, "lead")
    else:
        yield Callout(_("The conclusion is not written yet."), "warn")
    share = report.counts.fulfilled
    if share is not None:
        yield Text(
            _(
                "Degree of fulfilment: %(share)s %% of the %(judged)s questions judged are "
                "without a nonconformity.",
                share=share,
                judged=report.counts.judged,
            )
        )
    yield Heading(_("Unresolved differences"), 2)
    if report.differences:
        yield Grid(
            (GridColumn(_("Who"), 2), GridColumn(_("Opinion"), 8)),
            tuple((each.person, each.words) for each in report.differences),
        )
    else:
        yield Text(_("No diverging opinion between team and auditees is recorded."))
    yield Heading(_("Agreed follow-up"), 2)
    yield Text(
        report.follow_up
        or _(
            "The owners answer the nonconformities within the days named with them; their actions are "
            "verified by somebody who did not carry them out."
        )
    )


def _distribution(report: Report) -> Iterator[Block]:
    yield Heading(_("9 Distribution and sign-off"))
    columns = (GridColumn(_("Name"), 3), GridColumn(_("Job title"), 4), GridColumn(_("Department"), 4))
    rows = tuple((each.name, each.job or DASH, telling.name(each.unit)) for each in report.recipients)
    yield Grid(columns, rows, empty=_("Nobody is named on the distribution list yet."))
    if report.others.strip():
        yield Facts(((_("Further recipients"), report.others),))
    yield KeepTogether((Heading(_("Signatures"), 2), Signatures(tuple(_signatures(report)))))


def _signatures(report: Report) -> Iterator[Signature]:
    meta, mark = report.meta, _("Signed in the system")
    if meta.issued is not None:
        yield Signature(_("Report issued by"), meta.issued.name, meta.issued.at, mark)
    else:
        yield Signature(_("Lead auditor"), meta.lead)
    if report.grades is not None:
        yield Signature(_("Second approval of the major grades"), report.grades.name, report.grades.at, mark)
    elif any(each.grade == "major" for each in report.findings):
        yield Signature(_("Second approval of the major grades"))
    yield Signature(_("For the audited units"), "")
    yield Signature(_("Audit programme manager"), meta.manager)
