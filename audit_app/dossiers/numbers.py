"""Numbers of nonconformities of a year that have no report in its file, each with the reason.

An auditor who counts the reports meets gaps: a number is given when a finding is raised, and not every one
comes from an audit of the programme.
"""

import re
from collections.abc import Collection, Iterator

from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from audit_app.accounts.models import Person
from audit_app.core.db import db
from audit_app.dossiers.items import Doc
from audit_app.findings.models import NONCONFORMITY, SERIES, Finding, FindingState
from audit_app.findings.visibility import visible_to
from audit_app.programme.models import Programme

SERIES_OF_REPORTS = {SERIES[grade] for grade in NONCONFORMITY}


def without_report(programme: Programme, there: Collection[str], *, to: Person) -> Iterator[Doc]:
    """A line for each number up to the highest one of the year that is not ``there``. One query."""
    for series in sorted(SERIES_OF_REPORTS):
        start = f"{series}-{programme.year}-"
        query = visible_to(to).where(Finding.code.startswith(start)).options(joinedload(Finding.audit))
        found = {each.code: each for each in db.session.scalars(query)}
        for code in _counted(start, [*found, *(each for each in there if each.startswith(start))]):
            if code not in there:
                yield Doc("nc_report", code, "–", reason=_why(found.get(code), programme))


def _counted(start: str, codes: Collection[str]) -> Iterator[str]:
    """Every number from the first to the highest, written as the known ones are."""
    ends = [each.removeprefix(start) for each in codes if re.fullmatch(r"\d+", each.removeprefix(start))]
    width = max(map(len, ends), default=0)
    for number in range(1, max(map(int, ends), default=0) + 1):
        yield f"{start}{number:0{width}d}"


def _why(finding: Finding | None, programme: Programme) -> str:
    if finding is None:
        return _("The number belongs to a record that the person for whom this file was made may not see.")
    if finding.state is FindingState.DRAFT:
        return _("A draft: it has not been issued.")
    if finding.audit is None:
        return _(
            "Raised outside of the audits (%(origin)s): it is kept in the register of nonconformities.",
            origin=finding.origin.label,
        )
    if finding.audit.programme_id != programme.id:
        return _("Raised in %(audit)s, which belongs to another programme.", audit=finding.audit.code)
    return _("The audit names it without a report.")
