"""What the improvement register says for input d."""

from datetime import date

from sqlalchemy import or_, select

from audit_app.accounts.models import Person
from audit_app.core.db import db
from audit_app.improvements.models import Improvement, ImprovementState, Outcome
from audit_app.reviews.pack import Block, Column, Figure, Remark, Table, Toned, Value, said

PAPER_ROWS = 20
TONES = {Outcome.REACHED: "good", Outcome.NOT_REACHED: "bad"}


def blocks(date_from: date, date_to: date) -> tuple[Block, ...]:
    """A sentence and a table: proposals of the period and what is not settled yet. Nothing without any."""
    query = (
        select(Improvement, Person.name)
        .outerjoin(Person, Improvement.owner_id == Person.id)
        .where(
            Improvement.proposed_on <= date_to,
            or_(Improvement.closed_on.is_(None), Improvement.closed_on >= date_from),
            or_(Improvement.state != ImprovementState.DECLINED, Improvement.proposed_on >= date_from),
        )
        .order_by(Improvement.id.desc())
    )
    rows = db.session.execute(query).all()
    if not rows:
        return ()
    measured = [one for one, _owner in rows if one.outcome is not None]
    proposed = sum(date_from <= one.proposed_on <= date_to for one, _owner in rows)
    unsettled = sum(not one.settled for one, _owner in rows)
    reached = sum(one.outcome is Outcome.REACHED for one in measured)
    if measured:
        sentence = said(
            "improve.summary", proposed=proposed, open=unsettled, measured=len(measured), reached=reached
        )
    else:
        sentence = said("improve.unmeasured", proposed=proposed, open=unsettled)
    columns = (
        Column(said("col.code"), width=14), Column(said("col.title"), width=30),
        Column(said("col.state"), width=12), Column(said("col.owner"), width=13),
        Column(said("col.due"), "date", 12), Column(said("col.target"), width=12),
        Column(said("col.measured"), width=13),
    )  # fmt: skip
    table = tuple(_row(one, owner) for one, owner in rows)
    return (Remark(sentence, "info"), Table(said("table.register"), columns, table, limit=PAPER_ROWS))


def _row(one: Improvement, owner: str | None) -> tuple[Value, ...]:
    result: Value = _figure(one, "measured")
    if one.outcome is not None:
        outcome = said(f"outcome.{one.outcome.value}")
        result = Toned(said("value.outcome", value=result, outcome=outcome), TONES[one.outcome])
    return (
        one.code, one.title, said(f"improvement.{one.state.value}"), owner, one.due_on,
        _figure(one, "target"), result,
    )  # fmt: skip


def _figure(one: Improvement, name: str) -> Value:
    value = getattr(one, name)
    if value is None:
        return None
    decimals = max(0, -int(value.as_tuple().exponent))
    figure = Figure(value, decimals)
    return said("value.quantity", value=figure, unit=one.unit) if one.unit else figure
