"""Sections of the report on how it came out: per process, coverage and sampling, independence, per clause."""

from collections.abc import Iterator

from flask_babel import gettext as _

from audit_app.exports.document import Block, Callout, Facts, Grid, GridColumn, Heading, Text
from audit_app.exports.values import Badge, Strong, listed
from audit_app.findings.models import Grade
from audit_app.programme.coverage import covers
from audit_app.reports import telling
from audit_app.reports.telling import DASH
from audit_app.reports.tree import Report, Result


def summary(report: Report) -> Iterator[Block]:
    """The result in figures, then process by process."""
    yield Heading(_("3 Result by process"))
    graded = [
        (str(each.label), sum(found.grade == each.value for found in report.findings)) for each in Grade
    ]
    yield Facts(tuple(graded), columns=2)
    yield Text(_("Questions of the checklists: %(counts)s.", counts=telling.counts(report.counts)))
    columns = (
        GridColumn(_("Process"), 4),
        GridColumn(_("Judged"), 1.2, "right"),
        GridColumn(_("Conform"), 1.3, "right"),
        GridColumn(_("Fulfilment"), 1.7, "right"),
        *((GridColumn(_("Maturity (0 to 4)"), 1.7, "right"),) if report.levelled else ()),
        GridColumn(_("Result"), 2.8),
        GridColumn(_("Findings"), 3),
    )
    rows = tuple(
        (
            f"{each.code} {telling.name(each.name)}",
            each.counts.judged,
            each.counts.conform,
            telling.fulfilled(each.counts),
            *((telling.maturity(each),) if report.levelled else ()),
            _badge(each),
            telling.listed(each.codes),
        )
        for each in report.by_process
    )
    yield Grid(
        columns,
        rows,
        compact=True,
        empty=_("The scope names no process; the result stands by clause in the annex."),
    )
    if report.levelled:
        yield Text(
            _("Maturity: mean of the scores, weighted by question; – where no question has a score."), "note"
        )


def _badge(result: Result) -> Badge:
    words, tone = telling.result_words(result.counts, result.codes)
    return Badge(words, tone)


def coverage(report: Report) -> Iterator[Block]:
    """What was examined, how it was sampled, what hindered, what was left out."""
    counts = report.counts
    yield Heading(_("6 Coverage, sampling and obstacles"))
    yield Callout(
        _(
            "An audit is a sample of the information available. What was not examined may hold further "
            "nonconformities, and their absence from this report does not say that there are none."
        ),
        title=_("Sampling"),
    )
    yield Facts(
        (
            (_("Questions of the checklists"), counts.total),
            (_("Judged"), counts.judged),
            (_("Not applicable"), counts.not_applicable),
            (_("Not answered"), counts.open),
            (_("Conform without evidence noted"), report.bare),
            (_("Samples recorded"), len(report.samples)),
        ),
        columns=2,
    )
    yield _samples(report)
    yield Heading(_("Obstacles"), 2)
    yield Text(report.obstacles or _("Not stated yet."))
    yield Heading(_("Areas not covered"), 2)
    yield Text(report.not_covered or _("Not stated yet."))
    if report.uncovered:
        words = _(
            "No question was answered for these processes of the scope: %(list)s.",
            list=telling.units(report.uncovered),
        )
        yield Callout(words, "warn")
    unasked = _unasked(report)
    if unasked:
        words = _("The checklists ask nothing on these clauses of the scope: %(list)s.", list=listed(unasked))
        yield Callout(words, "warn")
    yield _omitted(report)


def _unasked(report: Report) -> list[str]:
    """Clauses of the scope on which, above which and below which no question was asked. A process brings all
    its clauses into the scope, and a checklist may be cut to some of them."""
    asked = {each.code for each in report.by_clause}
    return [
        clause for clause in report.scope.clauses
        if asked and not covers(asked, clause) and not any(covers({clause}, each) for each in asked)
    ]  # fmt: skip


def _samples(report: Report) -> Grid:
    columns = (
        GridColumn(_("Clause"), 1.5),
        GridColumn(_("Population"), 2, "right"),
        GridColumn(_("Sample"), 2, "right"),
        GridColumn(_("How chosen"), 3),
        GridColumn(_("Exceptions"), 2, "right"),
    )
    rows = tuple(
        (each.clause, each.population, each.size, str(telling.METHODS[each.method]), each.exceptions)
        for each in report.samples
    )
    empty = _(
        "Size and choice of samples stand in the notes of the checklist record; no sample was recorded in "
        "figures."
    )
    return Grid(columns, rows, compact=True, empty=empty)


def _omitted(report: Report) -> Grid:
    columns = (
        GridColumn(_("Clause"), 1.4),
        GridColumn(_("Title"), 3.4),
        GridColumn(_("Verdict"), 1.6),
        GridColumn(_("Why"), 6),
    )
    rows = tuple(
        (each.clause, telling.name(each.title), telling.verdict(each.kind), each.why or DASH)
        for each in report.omitted
    )
    return Grid(columns, rows, compact=True, empty=_("Every question of the checklists was judged."))


def independence(report: Report) -> Iterator[Block]:
    """Nobody audited their own area (9.2.2 b); every exception is named with its waiver."""
    yield Heading(_("7 Independence"))
    names = telling.listed(each.name for each in report.team if each.role != "observer")
    if not report.ties and not report.waivers:
        yield Text(
            _(
                "Lead auditor, auditors, trainees and experts (%(names)s) own no process of the "
                "scope, belong to "
                "none of the audited departments and are not auditees of this audit. No "
                "exception was made.",
                names=names,
            )
        )
        return
    waived = {each.person for each in report.waivers}
    bound: dict[str, list[str]] = {}
    for tie in report.ties:
        bound.setdefault(tie.person, []).append(telling.name(tie.subject))
    for person, subjects in bound.items():
        words = _(
            "%(person)s is bound to the audited area: %(subject)s.",
            person=person,
            subject=telling.listed(subjects),
        )
        yield Callout(words, "neutral" if person in waived else "bad")
    yield _waivers(report)
    others = [each.name for each in report.team if each.role != "observer" and each.name not in waived]
    if others:
        names = telling.listed(others)
        yield Text(_("For all other members of the team (%(names)s) no exception was made.", names=names))


def _waivers(report: Report) -> Grid:
    columns = (
        GridColumn(_("Person"), 1.8),
        GridColumn(_("Exception"), 3),
        GridColumn(_("Reason"), 4),
        GridColumn(_("Compensating measure"), 4),
        GridColumn(_("Approved by"), 2.4),
    )
    rows = tuple(
        (
            Strong(each.person),
            telling.name(each.what),
            each.reason,
            each.measure,
            telling.listed((each.approved_by, telling.day(each.approved_on))),
        )
        for each in report.waivers
    )
    return Grid(columns, rows, compact=True, empty=_("No waiver is recorded."))


def clauses(report: Report) -> Iterator[Block]:
    """Conformity clause by clause."""
    yield Heading(_("Annex: conformity by clause"), new_page=True)
    columns = (
        GridColumn(_("Clause"), 1.3),
        GridColumn(_("Title"), 4),
        GridColumn(_("Answers"), 3.6),
        GridColumn(_("Result"), 2.4),
        GridColumn(_("Findings"), 2.6),
    )
    rows = tuple(
        (
            Strong(each.code),
            telling.name(each.name) or DASH,
            telling.counts(each.counts),
            _badge(each),
            telling.listed(each.codes),
        )
        for each in report.by_clause
    )
    yield Grid(columns, rows, compact=True, empty=_("No checklist was used in this audit."))
