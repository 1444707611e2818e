"""Agreed time, downtime and maintenance of a service, against a walk over every single minute."""

import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_app.core import workdays
from audit_app.indicators.availability import NO_TIME, common, merge, without
from audit_app.indicators.logs import Outage
from audit_app.indicators.periods import Month, Span
from audit_app.indicators.service_hours import DAY, NEVER, Clock, Hours, midnight, moment, week_of
from audit_app.indicators.sla import Level, Maintenance, Terms, Timeline, in_force, month_of

MIN = timedelta(minutes=1)
OFFICE = week_of([[(480, 1200)]] * 5 + [[], []])
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
BERLIN_SPRING, BERLIN_AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def span(start: str, end: str, zone: str = "UTC") -> Span:
    return Span(at(start, zone), at(end, zone))


def terms(hours: Hours | None = None, target: str = "99.9", since: date = date(2020, 1, 1)) -> Terms:
    return Terms(since, hours or Hours("UTC"), Decimal(target))


def timeline(*outages, hours=None, maintenance=(), watched=None, agreed=None):
    rows = [Outage("Mail", a, b, *rest) for a, b, *rest in outages]
    return Timeline(agreed or [terms(hours)], maintenance, rows, watched or span("2026-01-01", "2027-01-01"))


# --- the oracle: one minute after the other
# ------------------------------------------------------------------------


def slow_open(hours: Hours, period: Span) -> set[datetime]:
    """Every minute of service, found by looking at the wall: of each window and day all minutes from the
    first to the last that shows a time of the window.
    """
    place = ZoneInfo(hours.zone)
    shown: dict[date, list[tuple[datetime, int]]] = {}
    now = (period.start - timedelta(days=2)).replace(second=0, microsecond=0)
    while now < period.end + timedelta(days=2):
        wall = now.astimezone(place)
        shown.setdefault(wall.date(), []).append((now, wall.hour * 60 + wall.minute))
        now += MIN
    found: set[datetime] = set()
    for day, minutes in shown.items():
        for first, last in [(0, DAY)] if hours.week is None else hours.on(day):
            inside = [each for each, wall in minutes if first <= wall < last]
            if inside:
                found |= {each for each, _wall in minutes if inside[0] <= each <= inside[-1]}
    return {each for each in found if period.start <= each < period.end}


def slow(agreed: list[Terms], maintenance, rows: list[Outage], watched: Span, period: Span):
    """(agreed, down, outages begun, allowed) of a period, minute by minute; whole minutes only."""
    told = [(o.started_at, o.ended_at or watched.end) for o in rows]
    window = Span(max(period.start, watched.start), min(period.end, watched.end))
    everything = Span(watched.start, watched.end)
    owed: dict[datetime, Terms] = {}
    for each in sorted(agreed, key=lambda each: each.valid_from):
        begin = midnight(each.hours.zone, each.valid_from)
        owed = {minute: held for minute, held in owed.items() if minute < begin}
        owed |= {minute: each for minute in slow_open(each.hours, everything) if minute >= begin}

    def excused(minute: datetime) -> bool:
        for each in maintenance:
            if each.start <= minute < each.end and minute >= each.known_at:
                begun_before = [a for a, b in told if a <= minute < b and a < each.known_at]
                if not begun_before:
                    return True
        return False

    owed = {minute: held for minute, held in owed.items() if not excused(minute)}
    lost = {minute for minute in owed if any(a <= minute < b for a, b in told)}
    inside = {minute for minute in owed if window.start <= minute < window.end}
    broken, begun = sorted((a, b) for a, b in told if a < b), 0
    merged: list[list[datetime]] = []
    for a, b in broken:
        if merged and a <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], b)
        else:
            merged.append([a, b])
    for a, b in merged:
        first = min((minute for minute in lost if a <= minute < b), default=None)
        begun += first is not None and period.start <= first < period.end
    allowed = sum((100 - owed[minute].target) / 100 for minute in inside)
    return len(inside), len(inside & lost), begun, allowed


ZONES = st.sampled_from(["Europe/Berlin", "Asia/Shanghai", "UTC", "America/Sao_Paulo", "Australia/Lord_Howe"])
TURNS = {"Europe/Berlin": (BERLIN_SPRING, BERLIN_AUTUMN), "Asia/Shanghai": (date(1986, 5, 4), date(1986, 9, 14)),
         "UTC": (date(2026, 2, 28),), "America/Sao_Paulo": (date(2018, 11, 4), date(2018, 2, 18)),
         "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4))}  # fmt: skip
QUARTERS = st.integers(0, 96).map(lambda n: n * 15)


@st.composite
def days(draw):
    edges = sorted(draw(st.lists(QUARTERS, max_size=4, unique=True)))
    return list(zip(edges[::2], edges[1::2], strict=False))


WEEKS = st.one_of(st.none(), st.lists(days(), min_size=7, max_size=7).map(week_of))


@st.composite
def stories(draw):
    zone = draw(ZONES)
    turn = draw(st.sampled_from(TURNS[zone]))
    zero = datetime(turn.year, turn.month, turn.day, tzinfo=UTC) - timedelta(hours=30)
    reach = 66 * 60

    def minute():
        return zero + timedelta(minutes=draw(st.integers(0, reach // 5)) * 5)

    def pair():
        return sorted((minute(), minute()))

    agreed = [Terms(date(1980, 1, 1), Hours(zone, draw(WEEKS)), Decimal("99.5"))]
    if draw(st.booleans()):
        agreed.append(Terms(turn, Hours(zone, draw(WEEKS)), Decimal("99.9")))
    rows = []
    for _each in range(draw(st.integers(0, 4))):
        a, b = pair()
        rows.append(Outage("Mail", a, None if draw(st.integers(0, 6)) == 0 else b, draw(st.booleans())))
    windows = []
    for _each in range(draw(st.integers(0, 3))):
        a, b = pair()
        windows.append(Maintenance(a, b, draw(st.sampled_from([LONG_AGO, a, minute()]))))
    return agreed, windows, rows, Span(*pair()), Span(*pair())


@settings(max_examples=120, deadline=None)
@given(stories())
def test_every_figure_equals_counting_minute_by_minute(story) -> None:
    agreed, windows, rows, watched, period = story
    found = Timeline(agreed, windows, rows, watched).level(period)
    minutes, down, begun, allowed = slow(agreed, windows, rows, watched, period)
    assert (found.up.agreed_minutes, found.up.down_minutes, found.up.outages) == (minutes, down, begun)
    assert found.allowed / MIN == pytest.approx(float(allowed), abs=0.001)
    assert found.longest <= found.up.down <= found.up.agreed


@settings(max_examples=60, deadline=None)
@given(stories(), st.lists(st.integers(0, 66 * 60), max_size=3))
def test_the_parts_of_a_time_add_up_to_the_whole(story, cuts) -> None:
    agreed, windows, rows, watched, period = story
    line = Timeline(agreed, windows, rows, watched)
    edges = sorted({period.start, period.end, *(min(period.start + n * MIN, period.end) for n in cuts)})
    parts = [line.level(Span(a, b)) for a, b in itertools.pairwise(edges)]
    whole = line.level(period)
    assert sum((each.up for each in parts), NO_TIME) == whole.up
    assert sum(parts, Level()).allowed / MIN == pytest.approx(whole.allowed / MIN, abs=0.001)


@settings(max_examples=60, deadline=None)
@given(ZONES, WEEKS, st.integers(0, 4000), st.integers(0, 4000), st.integers(0, 2))
def test_the_service_clock_counts_the_minutes_of_service_hours(zone, week, first, more, turn) -> None:
    day = TURNS[zone][turn % len(TURNS[zone])]
    zero = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=30)
    hours = Hours(zone, week)
    clock = Clock(hours.within(Span(zero, zero + timedelta(days=7))))
    start, end = zero + first * MIN, zero + (first + more) * MIN
    assert clock.minutes(start, end) == len(slow_open(hours, Span(start, end)))


# --- real minutes
# ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "month", "minutes"),
    [
        ("Asia/Shanghai", "2026-02", 28 * DAY),
        ("Asia/Shanghai", "2028-02", 29 * DAY),
        ("Asia/Shanghai", "2026-04", 30 * DAY),
        ("Asia/Shanghai", "2026-05", 31 * DAY),
        ("Europe/Berlin", "2026-03", 31 * DAY - 60),
        ("Europe/Berlin", "2026-10", 31 * DAY + 60),
    ],
)
def test_a_month_has_its_real_minutes_in_the_zone_of_the_service(zone, month, minutes) -> None:
    line = timeline(hours=Hours(zone), watched=span("2025-12-01", "2029-01-01"))
    assert line.month(Month.parse(month)).up.agreed_minutes == minutes


def test_a_service_of_the_night_has_23_and_25_hour_days() -> None:
    hours = Hours("Europe/Berlin", week_of([[(0, 360)]] * 7))
    assert [len(slow_open(hours, s)) / 60 for s in (span("2026-03-29", "2026-03-30", "Europe/Berlin"),)] == [
        5
    ]
    line = timeline(hours=hours)
    spring, autumn = (Span(midnight("Europe/Berlin", d), midnight("Europe/Berlin", d + timedelta(days=1)))
                      for d in (BERLIN_SPRING, BERLIN_AUTUMN))  # fmt: skip
    assert line.level(spring).up.agreed_minutes == 5 * 60
    assert line.level(autumn).up.agreed_minutes == 7 * 60


def test_a_window_opens_and_closes_by_the_wall_where_the_clocks_change() -> None:
    berlin = "Europe/Berlin"
    skip = at("2026-03-29T01:00:00")
    assert moment(berlin, BERLIN_SPRING, 150) == moment(berlin, BERLIN_SPRING, 150, last=True) == skip
    assert moment(berlin, BERLIN_AUTUMN, 150) == at("2026-10-25T00:30:00")
    assert moment(berlin, BERLIN_AUTUMN, 150, last=True) == at("2026-10-25T01:30:00")
    inside = Hours(berlin, week_of([[(135, 165)]] * 7))
    assert inside.within(span("2026-03-29", "2026-03-30", berlin)) == []


def test_public_holidays_are_off_and_days_worked_in_exchange_are_on() -> None:
    hours = Hours("Asia/Shanghai", OFFICE, workdays.CHINA)
    assert hours.on(date(2025, 10, 1)) == ()  # National Day, a Wednesday
    assert hours.on(date(2025, 10, 11)) == ((480, 1200),)  # a Saturday worked for it
    assert hours.on(date(2025, 10, 18)) == ()  # a plain Saturday
    assert Hours("Asia/Shanghai", OFFICE).on(date(2025, 10, 1)) == ((480, 1200),)
    everyday = Hours("Asia/Shanghai", week_of([[(480, 1200)]] * 7), workdays.CHINA)
    assert everyday.on(date(2025, 10, 18)) == ((480, 1200),)  # a weekend is no holiday by itself
    assert everyday.on(date(2025, 10, 4)) == ()
    line = timeline(hours=hours, watched=span("2025-01-01", "2026-01-01"))
    assert line.month(Month(2025, 10)).up.agreed_minutes == 18 * 720  # 18 working days in October 2025


def test_holidays_that_are_not_published_yet_are_those_of_a_fixed_date() -> None:
    assert workdays.public_holiday(date(2090, 10, 2), workdays.CHINA)
    assert not workdays.public_holiday(date(2090, 3, 2), workdays.CHINA)
    assert not workdays.public_holiday(date(2025, 10, 1), workdays.NONE)


# --- outages
# -----------------------------------------------------------------------------------------------------


def test_an_outage_at_night_does_not_count_for_a_service_of_the_day() -> None:
    hours = Hours("Asia/Shanghai", OFFICE)
    night = (at("2026-03-02T22:00", "Asia/Shanghai"), at("2026-03-03T08:10", "Asia/Shanghai"))
    march = timeline(night, hours=hours).month(Month(2026, 3))
    assert (march.up.down_minutes, march.up.outages, march.longest / MIN) == (10, 1, 10)
    assert timeline((night[0], night[0] + 60 * MIN), hours=hours).month(Month(2026, 3)).up.outages == 0


def test_an_outage_over_a_months_end_is_split_and_counts_where_its_first_agreed_minute_lies() -> None:
    hours = Hours("UTC", OFFICE)
    line = timeline((at("2026-01-30T21:00"), at("2026-02-02T09:00")), hours=hours)
    january, february = line.month(Month(2026, 1)), line.month(Month(2026, 2))
    assert (january.up.outages, january.up.down_minutes) == (0, 0)
    assert (february.up.outages, february.up.down_minutes) == (1, 60)


def test_an_outage_still_going_on_lasts_to_the_end_of_what_is_known() -> None:
    line = timeline((at("2026-03-31T23:00"), None), watched=span("2026-01-01", "2026-04-01T02:00"))
    assert line.month(Month(2026, 3)).up.down_minutes == 60
    assert line.month(Month(2026, 4)).up.down_minutes == 120
    assert line.month(Month(2026, 4)).partial


def test_the_mean_of_percentages_is_never_taken() -> None:
    day = Hours("UTC", week_of([[(0, 60)]] * 7))
    bad = timeline((at("2026-03-01T00:00"), at("2026-03-01T00:31")), hours=day).month(Month(2026, 3))
    good = timeline().month(Month(2026, 3))
    both = bad + good
    assert both.up.agreed_minutes == 31 * 60 + 31 * DAY
    assert both.up.availability == pytest.approx(100 - 31 / (31 * 60 + 31 * DAY) * 100)


# --- maintenance
# ----------------------------------------------------------------------------------------------


def test_an_outage_inside_agreed_maintenance_does_not_count_and_the_part_outside_does() -> None:
    window = Maintenance(at("2026-03-02T02:00"), at("2026-03-02T04:00"), at("2026-02-20"))
    line = timeline((at("2026-03-02T03:00"), at("2026-03-02T04:30")), maintenance=[window])
    march = line.month(Month(2026, 3))
    assert (march.up.down_minutes, march.up.outages) == (30, 1)
    assert (march.up.agreed_minutes, march.up.planned / MIN) == (31 * DAY - 120, 120)
    assert line.refused(month_of(line.terms, Month(2026, 3))) == []


def test_maintenance_entered_after_the_outage_began_does_not_excuse_it() -> None:
    down = (at("2026-03-02T01:30"), at("2026-03-02T04:30"))
    window = Maintenance(at("2026-03-02T02:00"), at("2026-03-02T05:00"), at("2026-03-02T01:45"))
    line = timeline(down, maintenance=[window])
    march = line.month(Month(2026, 3))
    assert march.up.down_minutes == 180  # entered in time for the window, yet the outage was there already
    assert march.up.planned / MIN == 30


def test_maintenance_for_time_gone_by_takes_nothing_out_and_is_pointed_out() -> None:
    down = (at("2026-03-02T02:10"), at("2026-03-02T02:50"))
    window = Maintenance(at("2026-03-02T02:00"), at("2026-03-02T04:00"), at("2026-03-05"), 7)
    line = timeline(down, maintenance=[window])
    march = month_of(line.terms, Month(2026, 3))
    assert line.level(march).up.down_minutes == 40
    assert line.level(march).up.agreed_minutes == 31 * DAY
    assert [(each.id, minutes / MIN) for each, minutes in line.refused(march)] == [(7, 120)]


def test_what_the_log_calls_planned_is_excused_by_agreed_maintenance_only() -> None:
    line = timeline((at("2026-03-02T02:00"), at("2026-03-02T03:00"), True))
    march = month_of(line.terms, Month(2026, 3))
    assert line.level(march).up.down_minutes == 60
    assert line.claimed(march) / MIN == 60


# --- agreements over time
# -----------------------------------------------------------------------------------


def test_each_month_is_judged_by_what_held_then() -> None:
    agreed = [terms(target="99.5"), terms(target="99.9", since=date(2026, 7, 1))]
    down = [(at(f"2026-{m:02d}-10"), at(f"2026-{m:02d}-10T02:00")) for m in (6, 7)]
    line = timeline(*down, agreed=agreed)
    june, july = line.month(Month(2026, 6)), line.month(Month(2026, 7))
    assert (june.target, june.met) == (Decimal("99.5"), True)  # 216 minutes are left by 99.5 % of 30 days
    assert (july.target, july.met) == (Decimal("99.9"), False)


def test_a_target_changed_in_the_middle_of_a_month_holds_for_its_own_minutes() -> None:
    line = timeline(agreed=[terms(target="99"), terms(target="99.9", since=date(2026, 6, 16))])
    june = line.month(Month(2026, 6))
    assert june.allowed / MIN == pytest.approx(15 * DAY * 0.01 + 15 * DAY * 0.001)
    assert june.targets == (Decimal(99), Decimal("99.9"))
    assert june.target == Decimal("99.45")


def test_before_the_first_agreement_nothing_is_agreed() -> None:
    line = timeline(agreed=[terms(since=date(2026, 6, 16))])
    assert line.month(Month(2026, 5)).up == NO_TIME
    assert line.month(Month(2026, 5)).met is None
    june = line.month(Month(2026, 6))
    assert (june.up.agreed_minutes, june.partial) == (15 * DAY, True)
    assert in_force(line.terms, date(2026, 6, 15)) is None


def test_a_changed_zone_leaves_no_gap_between_months() -> None:
    agreed = [terms(Hours("Asia/Shanghai")), terms(Hours("Europe/Berlin"), since=date(2026, 7, 1))]
    edges = [month_of(agreed, Month(2026, m)) for m in (6, 7, 8)]
    assert edges[0].end == edges[1].start == at("2026-07-01", "Europe/Berlin")
    line = timeline(agreed=agreed)
    assert line.month(Month(2026, 6)).up.agreed_minutes == 30 * DAY + 6 * 60


# --- bad input of the arithmetic
# -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "days", [[[]] * 6, [[(60, 60)], *[[]] * 6], [[(0, 1441)], *[[]] * 6], [[(0, 90), (60, 120)], *[[]] * 6]]
)
def test_a_week_that_makes_no_sense_is_refused(days) -> None:
    with pytest.raises(ValueError, match="day"):
        week_of(days)


def test_a_service_that_is_never_owed_has_no_availability() -> None:
    found = timeline((at("2026-03-02"), at("2026-03-03")), hours=Hours("UTC", NEVER)).month(Month(2026, 3))
    assert (found.up.availability, found.met, found.up.outages) == (None, None, 0)


MINUTES = st.integers(0, 60).map(lambda n: LONG_AGO + n * MIN)
SPANS = st.lists(st.builds(lambda a, b: Span(min(a, b), max(a, b)), MINUTES, MINUTES), max_size=8).map(merge)


def minutes_in(spans):
    return {n for n in range(61) for s in spans if s.start <= LONG_AGO + n * MIN < s.end}


@given(SPANS, SPANS)
def test_taking_out_and_intersecting_equal_counting_every_minute(one, two) -> None:
    assert minutes_in(without(one, two)) == minutes_in(one) - minutes_in(two)
    assert minutes_in(common(one, two)) == minutes_in(one) & minutes_in(two)
    assert merge(without(one, two)) == without(one, two)
