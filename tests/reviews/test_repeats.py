"""Input c1 names what came back; a frozen pack keeps its bytes."""

from datetime import timedelta

from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.findings.repeat_models import FindingRepeat
from audit_app.reviews import compile_repeats
from audit_app.reviews.pack import Table
from tests.findings import factory
from tests.people import People


def test_each_finding_of_the_period_is_listed_with_what_it_repeats(people: People) -> None:
    first = factory.at(people, "issued", raised_on=today() - timedelta(days=90))
    again = factory.at(people, "issued", raised_on=today() - timedelta(days=9))
    draft = factory.finding(people)
    for later in (again, draft):
        link = FindingRepeat(
            later=later, earlier=first, why="", likeness=70, confirmed_by=people.manager, confirmed_at=now()
        )
        db.session.add(link)
    db.session.flush()
    _remark, table = compile_repeats.blocks(today() - timedelta(days=30), today())
    assert isinstance(table, Table)
    assert [(row[0], row[4]) for row in table.rows] == [(again.code, first.code)]
    assert compile_repeats.blocks(today() - timedelta(days=80), today() - timedelta(days=40)) == ()
