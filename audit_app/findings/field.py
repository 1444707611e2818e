"""Findings that were written up in the field: the record of a tablet becomes a draft, and only that."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from audit_app.accounts.models import Person
from audit_app.checklists.models import ChecklistItem
from audit_app.checklists.records import FieldFinding
from audit_app.core.db import db
from audit_app.findings import services
from audit_app.findings.models import SERIES, Finding, FindingState, Grade

CHANGED = _l("Changed on the tablet while it was a draft")
WORDS = ("requirement", "objective_evidence", "nonconformity", "location")


def take(given: FieldFinding, item: ChecklistItem, author: Person, by: Person) -> str:
    """Write the draft of a record, or change it while it is one. Clause and process follow from the item.

    ``author`` made the record, ``by`` brings it in (the same person, or the lead auditor who admits it).
    Returns "" or why the record is held (``issued``: the finding has left the tablet's hands). Raises
    :class:`Refused` as :func:`services.raise_finding` does.
    """
    grade = Grade(given.grade)
    words = {name: getattr(given, name) for name in WORDS}
    finding = db.session.scalars(select(Finding).where(Finding.thread == given.thread)).first()
    if finding is None:
        finding = services.raise_finding(
            grade=grade, title=given.title, clause=item.clause, process=item.process, department=None,
            owner=None, item=item, thread=given.thread, by=by, **words,
        )  # fmt: skip
        finding.raised_by_id = author.id
        db.session.flush()
        return ""
    theirs = finding.raised_by_id == author.id and finding.item_id == item.id
    if finding.state is not FindingState.DRAFT or not theirs or SERIES[grade] != SERIES[finding.grade]:
        return "issued"
    services.edit(finding, title=given.title or finding.title, by=by, **words)
    if grade is not finding.grade:
        services.regrade(finding, grade=grade, reason=str(CHANGED), by=by)
    return ""
