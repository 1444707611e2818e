"""When services were watched, if nobody says so."""

from datetime import UTC, datetime

from audit_app.indicators import windows
from audit_app.indicators.logs import Outage


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
