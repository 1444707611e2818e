"""When mails may go out: quiet hours, days off, and clocks that change at midnight."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from audit_app.core import clock, workdays
from audit_app.notifications.hours import Quiet, digest_is_due, hours_to_choose

NIGHT = Quiet.parse("20:00-07:00")
CHANGES = {
    "Africa/Cairo": (date(2026, 4, 24), date(2026, 10, 30)),  # forward at 00:00, back at 24:00
    "America/Havana": (date(2026, 3, 8), date(2026, 11, 1)),  # forward at 00:00, back at 01:00
    "Asia/Beirut": (date(2026, 3, 29), date(2026, 10, 25)),  # forward at 00:00, back at 24:00
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
}


@pytest.fixture
def zone():
    """``zone(name)`` moves the organisation; every day from Monday to Friday is worked."""
    before, country = clock.zone(), workdays.country()
    workdays.use_country("")
    yield clock.use_zone
    clock.use_zone(str(before))
    workdays.use_country(country)


def reading(day, hour, minute=0, name="UTC"):
    return datetime.combine(day, time(hour, minute), tzinfo=ZoneInfo(name))


@pytest.mark.parametrize("wrong", ["20-7", "25:00-07:00", "20:00", "20:00-07:60", "at night"])
def test_a_setting_that_cannot_be_read_is_refused(wrong):
    with pytest.raises(ValueError, match="QUIET_HOURS"):
        Quiet.parse(wrong)


def test_mail_waits_for_the_end_of_the_quiet_hours_and_of_the_weekend(zone):
    zone("UTC")
    monday, friday = date(2026, 6, 15), date(2026, 6, 19)
    assert NIGHT.release(reading(monday, 10)) == reading(monday, 10)
    assert NIGHT.release(reading(monday, 6, 59)) == reading(monday, 7)
    assert NIGHT.release(reading(monday, 20)) == reading(monday + timedelta(days=1), 7)
    assert NIGHT.release(reading(friday, 19, 59)) == reading(friday, 19, 59)
    assert NIGHT.release(reading(friday, 20)) == reading(date(2026, 6, 22), 7)
    assert NIGHT.release(reading(date(2026, 6, 20), 12)) == reading(date(2026, 6, 22), 7)
    noon = Quiet.parse("12:00-13:30")
    assert noon.release(reading(monday, 12, 15)) == reading(monday, 13, 30)
    assert noon.release(reading(date(2026, 6, 20), 12, 15)) == reading(date(2026, 6, 22), 0)
    assert Quiet.parse("").release(reading(monday, 3)) == reading(monday, 3)


def test_the_long_holidays_of_china_and_their_swapped_saturdays_are_known(zone):
    zone("Asia/Shanghai")
    workdays.use_country("CN")
    eve = reading(date(2025, 9, 30), 21, name="Asia/Shanghai")
    assert clock.local(NIGHT.release(eve)).date() == date(2025, 10, 9)
    saturday = reading(date(2025, 10, 11), 9, name="Asia/Shanghai")  # worked instead of a day of the holidays
    assert NIGHT.release(saturday) == saturday


def test_people_choose_among_the_hours_that_are_not_quiet():
    assert hours_to_choose(NIGHT) == list(range(7, 20))
    assert hours_to_choose(Quiet.parse("")) == list(range(24))


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("quiet", ["", "20:00-07:00", "23:30-00:30", "00:00-01:00"])
def test_through_a_change_of_the_clocks_each_worked_day_has_one_digest(zone, name, quiet):
    """Walks three days around each change in steps of ten minutes, as a timer would."""
    zone(name)
    span = Quiet.parse(quiet)
    for change in CHANGES[name]:
        made: list[date] = []
        moment = reading(change - timedelta(days=3), 0, name=name).astimezone(UTC)
        last = reading(change + timedelta(days=3), 0, name=name).astimezone(UTC)
        while moment < last:
            day = clock.local(moment).date()
            if digest_is_due(moment, 0) and day not in made:
                made.append(day)
            released = span.release(moment)
            assert released >= moment
            assert span.release(released) == released
            moment += timedelta(minutes=10)
        wanted = [change + timedelta(days=n) for n in range(-3, 3)]
        assert made == [day for day in wanted if day.weekday() < 5]


@given(
    moment=some.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 1), timezones=some.just(UTC)),
    name=some.sampled_from(sorted(CHANGES)), start=some.integers(0, 23), end=some.integers(0, 23),
)  # fmt: skip
def test_release_never_goes_back_lands_outside_quiet_hours_and_is_stable(moment, name, start, end):
    before, country = clock.zone(), workdays.country()
    clock.use_zone(name)
    workdays.use_country("")
    try:
        quiet = Quiet(time(start), time(end))
        released = quiet.release(moment)
        here = clock.local(released)
        assert released >= moment
        assert here.weekday() < 5
        # a reading that the clocks leave out counts as the moment of the change
        assert not quiet.covers(here.time()) or here.date() in CHANGES[name]
        assert released - moment < timedelta(days=4, hours=2)
    finally:
        clock.use_zone(str(before))
        workdays.use_country(country)
