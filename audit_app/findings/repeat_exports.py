"""Repeats on paper and in sheets."""

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.exports.document import Grid, GridColumn, Heading
from audit_app.exports.sheet import Column
from audit_app.exports.values import Badge
from audit_app.findings import repeats
from audit_app.findings.models import Finding
from audit_app.findings.repeats import Chained


def columns(to: Person | None = None) -> tuple[tuple[Column, Callable[[Finding], Any]], ...]:
    """The column of the register that names what a finding repeats. Its codes are read once for all rows."""
    codes = repeats.earlier_codes(to=to)
    return ((Column(_l("Repeat of"), width=18, wrap=True), lambda finding: codes.get(finding.id, "")),)


def _place(each: Chained, finding: Finding) -> Any:
    if each.id == finding.id:
        return _l("This finding")
    before = (each.raised_on, each.id) < (finding.raised_on, finding.id)
    return _l("Earlier") if before else _l("Came back")


def blocks(finding: Finding, tones: dict[str, str]) -> tuple[Any, ...]:
    """The chain of repeats on the report of a finding; nothing when it stands alone."""
    found = repeats.chain(finding, to=None)
    if not found:
        return ()
    rows = tuple(
        (
            each.code,
            each.raised_on,
            each.grade.label,
            Badge(each.state.label, tones.get(each.state.tone, "neutral")),
            _place(each, finding),
        )
        for each in found
    )
    grid = Grid(
        (
            GridColumn(_l("Number"), 2), GridColumn(_l("Raised on"), 1.5), GridColumn(_l("Grade"), 2.5),
            GridColumn(_l("State"), 2), GridColumn(_l("Place in the chain"), 2),
        ),
        rows,
    )  # fmt: skip
    return (Heading(_l("Chain of repeats"), 3), grid)
