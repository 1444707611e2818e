"""Input c1: the cases whose first date was missed so long ago that they stand before this review."""

from audit_app.core.clock import today
from audit_app.findings import escalation
from audit_app.reviews.pack import Block, Column, Table, said


def blocks() -> tuple[Block, ...]:
    """A table of the findings and actions on the last rung of the ladder; nothing when there is none."""
    found = escalation.for_review(today())
    if not found:
        return ()
    columns = (
        Column(said("col.code"), width=14),
        Column(said("col.title"), width=34),
        Column(said("col.owner"), width=14),
        Column(said("col.first_due"), "date", 13),
        Column(said("col.escalated"), "date", 13),
    )
    rows = tuple(
        (
            each.subject.code,
            each.subject.title,
            each.subject.owner.name if each.subject.owner is not None else None,
            each.first_on,
            each.day,
        )
        for each in found
    )
    return (Table(said("table.escalated"), columns, rows),)
