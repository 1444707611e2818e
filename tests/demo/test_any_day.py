"""The demo is built on whatever day somebody asks for it: its story moves with today, round weekends and holidays.

A long proof (about half a minute of processor time a day): ``python3 run.py test tests/demo/test_any_day.py -m long``.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audit_app.core import clock
from audit_app.core.db import db
from tests.demo.test_demo import built

FIRST = datetime(2026, 11, 30, 4, tzinfo=UTC)
"""A Monday. On the Tuesday, Friday, Saturday and Sunday after it one event used to come before what it follows."""
SPRING_FESTIVAL = datetime(2027, 2, 8, 4, tzinfo=UTC)
"""In the week of seven public holidays."""
DAYS = [FIRST + timedelta(days=each) for each in range(9)] + [SPRING_FESTIVAL]


@pytest.mark.long
@pytest.mark.parametrize("moment", DAYS, ids=lambda moment: f"{moment:%a-%d-%b}")
def test_it_is_built_on_any_day(moment: datetime, tmp_path: Path) -> None:
    with clock.at(moment):
        app, _took, said = built(tmp_path / "demo", "en")
    assert said
    with app.app_context():
        db.engine.dispose()
