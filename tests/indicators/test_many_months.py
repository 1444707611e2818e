"""The board and the pages of an indicator ask as many queries with a hundred and twenty months as with twelve."""

from decimal import Decimal

import pytest
from sqlalchemy import delete, insert

from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.indicators import register
from audit_app.indicators.models import Indicator, Measurement
from audit_app.indicators.periods import Month


def fill(months):
    last = Month.of(today()).previous()
    db.session.execute(delete(Measurement))
    rows = [
        {"indicator_id": row.id, "period": last.plus(-back).first, "value": Decimal(80 + back % 7), "extra": {},
         "comment": "", "entered_at": now(), "version": 1}
        for row in db.session.query(Indicator)
        for back in range(months)
    ]  # fmt: skip
    db.session.execute(insert(Measurement), rows)
    db.session.commit()


@pytest.mark.parametrize("path", ["/indicators/", "/indicators/1?months=all", "/dashboard/review"])
def test_more_months_cost_no_query_more(people, client_for, queries_of, path):
    register.load_register(by=None)
    client = client_for(people.manager)
    fill(12)
    queries_of(client, path)
    few = queries_of(client, path)
    fill(120)
    queries_of(client, path)
    assert queries_of(client, path) == few
