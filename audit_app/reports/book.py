"""The tables of the report as a workbook: the same snapshot, the same numbers."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from audit_app.checklists.models import Verdict
from audit_app.exports.sheet import Cell, Column, Sheet, Workbook
from audit_app.exports.values import Tone, named_role, titled
from audit_app.reports import telling
from audit_app.reports.distribution import distribution
from audit_app.reports.paper import title_of
from audit_app.reports.tree import Counts, Report, Result


def workbook(report: Report, language: str, sha256: str) -> Workbook:
    """The tables of the report, in the language in force."""
    meta = report.meta
    return Workbook(
        tuple(_sheets(report, sha256)),
        title=f"{meta.code} {meta.title}",
        organisation=telling.name(meta.organisation),
        code=meta.code,
        version=str(meta.number + 1),
        created=meta.compiled_at,
        language=language,
        zone=ZoneInfo(meta.zone),
    )


def _sheets(report: Report, sha256: str) -> Iterator[Sheet]:
    yield _cover(report, sha256)
    yield _findings(report)
    yield distribution_sheet(report)
    yield _results(_("By process"), _("Process"), report.by_process, levelled=report.levelled)
    yield _results(_("By clause"), _("Clause"), report.by_clause)
    yield _samples(report)
    yield _omitted(report)


def _cover(report: Report, sha256: str) -> Sheet:
    meta, scope = report.meta, report.scope
    facts: tuple[tuple[str, Cell], ...] = (
        (_("Document"), meta.code),
        ("SHA-256", sha256),
        (_("Organisation"), telling.name(meta.organisation)),
        (_("Audit"), f"{meta.audit} {meta.title}"),
        (_("First day"), meta.starts_on),
        (_("Last day"), meta.ends_on),
        (_("Places"), telling.units(scope.sites)),
        (_("Criteria"), scope.criteria),
        (_("Lead auditor"), meta.lead),
        (_("Team"), telling.listed(named_role(each.name, telling.role(each.role)) for each in report.team)),
        (_("Auditees"), telling.listed(each.name for each in report.auditees)),
        (_("Report issued by"), meta.issued.name if meta.issued else _("draft")),
        (_("Issued at"), meta.issued.at if meta.issued else None),
    )
    rows = [(each.name, each.job, telling.name(each.unit)) for each in report.recipients]
    columns = (
        Column(_("Distribution list"), width=28),
        Column(_("Job title"), width=28),
        Column(_("Department"), width=28),
    )
    return Sheet(
        _("Cover"),
        columns,
        rows,
        heading=f"{title_of(report)} {meta.title}",
        facts=facts,
        notes=_notes(report),
        freeze=False,
        filters=False,
        empty=_("Nobody is named on the distribution list yet."),
    )


def _notes(report: Report) -> tuple[str, ...]:
    """What was typed, as notes: they grow with their words, cells of facts do not."""
    said = (
        (_("Conclusion"), report.conclusion),
        (_("Obstacles"), report.obstacles),
        (_("Areas not covered"), report.not_covered),
    )
    return tuple(titled(title, text) for title, text in said if text)


def _findings(report: Report) -> Sheet:
    columns = (
        Column(_("Code")),
        Column(_("Grade")),
        Column(_("Finding"), width=36, wrap=True),
        Column(_("Clause")),
        Column(_("Process")),
        Column(_("Department")),
        Column(_("Requirement"), width=40, wrap=True),
        Column(_("Objective evidence"), width=44, wrap=True),
        Column(_("Statement"), width=44, wrap=True),
        Column(_("Location"), width=22, wrap=True),
        Column(_("Recommendation"), width=30, wrap=True),
        Column(_("Owner")),
        Column(_("Auditor")),
        Column(_("Raised on"), "date"),
        Column(_("Answer due"), "date"),
        Column(_("Files of evidence"), width=30, wrap=True),
    )
    rows = [
        (
            each.code,
            Tone(telling.grade(each.grade), telling.grade_tone(each.grade)),
            each.title,
            each.clause,
            telling.name(each.process),
            telling.name(each.department),
            each.requirement,
            each.evidence,
            each.statement,
            each.location,
            each.recommendation,
            each.owner,
            each.auditor,
            each.raised_on,
            each.response_due_on,
            "\n".join(file.name for file in each.files),
        )
        for each in report.findings
    ]
    return Sheet(_("Findings"), columns, rows, empty=_("Nothing was found beyond conformity."))


def distribution_sheet(report: Report) -> Sheet:
    """Clause × department, major and minor in columns of their own."""
    table = distribution(report)
    names = [telling.name(each) if each is not None else _("No department") for each in table.departments]
    columns = (
        Column(_("Clause")),
        *(Column(titled(each, grade), "int") for each in names for grade in (_("major"), _("minor"))),
        Column(_("Total"), "int"),
    )
    rows = [
        (clause, *(number for pair in cells for number in pair), sum(sum(pair) for pair in cells))
        for clause, cells in table.rows
    ]
    if rows:
        sums = [sum(column) for column in zip(*(row[1:] for row in rows), strict=True)]
        rows.append((_("Total"), *sums))
    empty = _("No nonconformity: there is nothing to distribute.")
    return Sheet(
        _("Distribution"), columns, rows, heading=_("Nonconformities by clause and department"), empty=empty
    )


def _results(title: str, what: str, results: tuple[Result, ...], *, levelled: bool = False) -> Sheet:
    columns = (
        Column(what),
        Column(_("Title"), width=36, wrap=True),
        *(Column(each.label, "int") for each in Verdict),
        Column(_("Degree of fulfilment"), "percent", decimals=0),
        *((Column(_("Maturity (0 to 4)"), "number"),) if levelled else ()),
        Column(_("Result")),
        Column(_("Findings"), wrap=True),
    )
    rows = [_result(each, levelled=levelled) for each in results]
    return Sheet(title, columns, rows, empty=_("No checklist was used in this audit."))


def _result(each: Result, *, levelled: bool) -> tuple[Cell, ...]:
    words, tone = telling.result_words(each.counts, each.codes)
    numbers = tuple(getattr(each.counts, verdict.value) for verdict in Verdict)
    return (
        each.code,
        telling.name(each.name),
        *numbers,
        _share(each.counts),
        *((each.maturity,) if levelled else ()),
        Tone(words, tone),
        ", ".join(each.codes),
    )


def _share(counts: Counts) -> float | None:
    return None if counts.fulfilled is None else counts.fulfilled / 100


def _samples(report: Report) -> Sheet:
    columns = (
        Column(_("Clause")),
        Column(_("Population"), "int"),
        Column(_("Sample"), "int"),
        Column(_("How chosen")),
        Column(_("Exceptions"), "int"),
    )
    rows = [
        (each.clause, each.population, each.size, str(telling.METHODS[each.method]), each.exceptions)
        for each in report.samples
    ]
    return Sheet(_("Samples"), columns, rows, empty=_("No sample was recorded in figures."))


def _omitted(report: Report) -> Sheet:
    columns = (
        Column(_("Clause")),
        Column(_("Title"), width=36),
        Column(_("Verdict")),
        Column(_("Why"), width=60, wrap=True),
    )
    rows = [
        (each.clause, telling.name(each.title), telling.verdict(each.kind), each.why)
        for each in report.omitted
    ]
    return Sheet(_("Not judged"), columns, rows, empty=_("Every question of the checklists was judged."))
