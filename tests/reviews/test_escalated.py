"""What climbed to the last rung is listed in input c1 of the next review, and leaves it when it is done."""

from datetime import datetime, timedelta

from audit_app.core import clock
from audit_app.findings import escalation
from audit_app.findings.policy import add_working_days
from audit_app.reviews import compile_escalated
from tests.findings import factory
from tests.people import People


def test_an_escalated_action_stands_in_the_table_with_its_first_date(people: People) -> None:
    assert compile_escalated.blocks() == ()
    action = factory.at(people, "planned").actions[0]
    last = add_working_days(action.original_due_on, 20)
    with clock.at(datetime.combine(last, datetime.min.time(), tzinfo=clock.zone()) + timedelta(hours=9)):
        escalation.gather()
        (table,) = compile_escalated.blocks()
        rows = [row for row in table.rows if row[0] == action.code]
        assert rows == [(action.code, action.title, "Olga Owner", action.original_due_on, last)]
