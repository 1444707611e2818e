"""When services were watched, if nobody says so."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit_app.core.errors import Refused
from audit_app.indicators import windows
from audit_app.indicators.logs import Outage, fitting_profile, read_outages


def test_an_outage_that_the_log_never_ends_is_counted_to_the_end_of_its_month_and_not_to_today():
    begun = datetime(2021, 4, 20, 9, tzinfo=UTC)
    found = windows.guessed(
        [Outage("Secret Site", begun, None, False)], UTC, datetime(2026, 11, 1, tzinfo=UTC)
    )
    assert found["Secret Site"].end == datetime(2021, 5, 1, tzinfo=UTC)


def test_a_service_counts_from_the_month_of_its_first_outage_to_that_of_its_last():
    first = Outage("Mail", datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 5, 1, tzinfo=UTC), False)
    last = Outage("Mail", datetime(2026, 3, 5, tzinfo=UTC), datetime(2026, 3, 5, 1, tzinfo=UTC), False)
    found = windows.guessed([last, first], UTC, datetime(2026, 11, 1, tzinfo=UTC))
    assert (found["Mail"].start, found["Mail"].end) == (
        datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    )  # fmt: skip


def test_the_profile_of_an_outage_log_is_found_by_its_columns(tmp_path):
    plain = tmp_path / "plain.csv"
    plain.write_text("服务,开始时间,结束时间\nMail,2026-01-05,2026-01-06\n", encoding="utf-8")
    strange = tmp_path / "strange.csv"
    strange.write_text("a,b,c\n1,2,3\n", encoding="utf-8")
    assert fitting_profile(Path("tests/data/outages.csv")).name == "statuspage"
    assert fitting_profile(plain).name == "outages"
    with pytest.raises(Refused, match="service"):
        read_outages(strange, fitting_profile(strange))
