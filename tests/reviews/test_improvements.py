"""Input d lists the improvement register with targets and what was reached."""

from datetime import timedelta

from audit_app.core.clock import today
from audit_app.reviews import compile_improvements
from audit_app.reviews.pack import Table, Toned
from tests.improvements import factory
from tests.people import People


def test_input_d_tells_the_register_with_its_results(people: People) -> None:
    first, last = today() - timedelta(days=30), today()
    assert compile_improvements.blocks(first, last) == ()
    made = [factory.at(people, state) for state in ("proposed", "approved", "measured")]
    _sentence, table = compile_improvements.blocks(first, last)
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == [each.code for each in reversed(made)]
    assert isinstance(table.rows[0][6], Toned)
    assert table.rows[0][6].tone == "good"
    assert table.rows[2][6] is None
    earlier = first - timedelta(days=1)
    assert compile_improvements.blocks(earlier - timedelta(days=1), earlier) == ()
