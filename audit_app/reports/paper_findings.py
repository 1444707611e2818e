"""Findings of the report with their evidence, good practice, and the distribution of nonconformities."""

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from audit_app.exports.document import Block, Facts, Grid, GridColumn, Heading, KeepTogether, Text
from audit_app.exports.values import Badge, Strong
from audit_app.reports import telling
from audit_app.reports.distribution import distribution
from audit_app.reports.telling import DASH
from audit_app.reports.tree import Found, Report

REST = ("observation", "ofi", "good_practice")


def findings(report: Report) -> Iterator[Block]:
    """A list of all, then each nonconformity in full, then the rest, good practice last."""
    yield Heading(_("4 Findings"))
    columns = (
        GridColumn(_("Code"), 2.2),
        GridColumn(_("Grade"), 2.4),
        GridColumn(_("Finding"), 5),
        GridColumn(_("Clause"), 1.4),
        GridColumn(_("Department"), 2.4),
    )
    rows = tuple(
        (
            Strong(each.code),
            Badge(telling.grade(each.grade), telling.grade_tone(each.grade)),
            each.title,
            each.clause or DASH,
            telling.name(each.department),
        )
        for each in report.findings
    )
    yield Grid(columns, rows, compact=True, empty=_("Nothing was found beyond conformity."))
    yield from _group(
        _("Nonconformities"), report.nonconformities, _("No nonconformity was found in the sample.")
    )
    for key in REST:
        mine = tuple(each for each in report.findings if each.grade == key)
        yield from _group(telling.grade(key), mine, _("None."))


def _group(title: str, rows: tuple[Found, ...], empty: str) -> Iterator[Block]:
    """Findings under their heading, which never stands alone at the foot of a page."""
    head = Heading(title, 2)
    if not rows:
        yield KeepTogether((head, Text(empty)))
    for place, each in enumerate(rows):
        yield KeepTogether((head, *_one(each))) if not place else KeepTogether(_one(each))


def _one(found: Found) -> tuple[Block, ...]:
    return Heading(f"{found.code} {found.title}", 3), Facts(tuple(_facts(found)))


def _facts(found: Found) -> Iterator[tuple[str, Any]]:
    """All that a nonconformity must say, with a dash where it does not; of other findings what was said."""
    whole = found.nonconformity
    yield _("Grade"), Badge(telling.grade(found.grade), telling.grade_tone(found.grade))
    yield _("Clause"), found.clause or DASH
    yield (
        _("Process, department"),
        telling.listed((telling.name(found.process), telling.name(found.department))),
    )
    said = (
        (_("Requirement"), found.requirement),
        (_("Objective evidence"), found.evidence),
        (_("Nonconformity") if whole else _("What was found"), found.statement),
        (_("Location"), found.location),
    )
    yield from ((title, text or DASH) for title, text in said if whole or text)
    if found.recommendation:
        yield _("Recommendation"), found.recommendation
    if found.files:
        yield _("Files of evidence"), tuple(f"{each.name} ({each.sha256[:12]})" for each in found.files)
    yield _("Auditor, date"), telling.listed((found.auditor, telling.day(found.raised_on)))
    if whole:
        yield (
            _("Owner, answer due"),
            telling.listed((found.owner or DASH, telling.day(found.response_due_on))),
        )


def matrix(report: Report) -> Iterator[Block]:
    """The distribution table: clause × department, major and minor in each cell."""
    yield Heading(_("5 Distribution of nonconformities"))
    table = distribution(report)
    columns = (
        GridColumn(_("Clause"), 1.5),
        *(GridColumn(_department(each), 2, "centre") for each in table.departments),
        GridColumn(_("Total"), 1.5, "centre"),
    )
    rows = tuple(
        (Strong(clause), *(cell(*each) for each in cells), cell(*total(cells)))
        for clause, cells in table.rows
    )
    totals = (_("Total"), *(cell(*each) for each in table.totals), cell(*total(table.totals)))
    yield Grid(
        columns,
        rows,
        total=totals if rows else (),
        compact=True,
        empty=_("No nonconformity: there is nothing to distribute."),
        caption=_("Major + minor nonconformities by clause and department."),
    )


def _department(name: Any) -> str:
    return telling.name(name) if name is not None else _("No department")


def total(cells: tuple[tuple[int, int], ...]) -> tuple[int, int]:
    """Major and minor of several cells."""
    return sum(each[0] for each in cells), sum(each[1] for each in cells)


def cell(major: int, minor: int) -> str:
    """Major and minor as one cell; a dash for none."""
    return f"{major} + {minor}" if major or minor else DASH
