"""The service catalogue: what is owed from which day on, what is taken out, what the log's months say then."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from audit_app.core import clock
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.indicators import catalogue, levels, queries, services
from audit_app.indicators.board import missed_services
from audit_app.indicators.catalogue_models import MaintenanceWindow
from audit_app.indicators.models import Import, Measurement
from audit_app.indicators.periods import Month
from audit_app.trail.models import TrailEntry
from tests.indicators.world import OFFICE, agreed, mail, outages

MARCH = Month(2026, 3)


def month(month=MARCH, code="AVL"):
    indicator = queries.by_code(code)
    return queries.series([indicator.id], month, month)[indicator.id][0]


def acts():
    return list(db.session.scalars(select(TrailEntry.action).order_by(TrailEntry.seq)))


@pytest.fixture
def logged(people, tmp_path):
    """March 2026: two hours down at night, one by day, an hour that the log calls planned."""
    services.load_register(by=None)
    outages(
        tmp_path, people,
        ("2026-03-03T18:00", "2026-03-03T20:00", ""), ("2026-03-04T02:00", "2026-03-04T03:00", ""),
        ("2026-03-05T02:00", "2026-03-05T03:00", "yes"),
    )  # fmt: skip
    db.session.commit()


def test_without_the_catalogue_a_log_counts_as_it_stands(people, logged):
    before = month()
    assert before.services["Mail"] == {
        "availability": pytest.approx(100 - 180 / (31 * 1440 - 60) * 100),
        "down_minutes": 180, "agreed_minutes": 31 * 1440 - 60, "outages": 2, "partial": False,
    }  # fmt: skip
    mail(people)
    db.session.commit()
    assert month() == before


def test_an_agreement_judges_the_months_that_were_measured_already_and_the_trail_says_so(people, logged):
    service = mail(people)
    agreed(service, people, valid_from=date(2026, 3, 1), kind="week", week=OFFICE, holidays="CN")
    db.session.commit()
    after = month()
    facts = after.services["Mail"]
    # 22 working days of 12 hours; at 02:00 UTC it is 10 in Shanghai: both hours by day count, planned or not.
    assert (facts["agreed_minutes"], facts["down_minutes"], facts["outages"]) == (22 * 720, 120, 2)
    assert (facts["service"], facts["target"]) == ("MAIL", 99.5)
    assert facts["allowed_minutes"] == pytest.approx(22 * 720 * 0.005)
    assert facts["longest_minutes"] == 60
    assert float(after.value) == pytest.approx(100 - 120 / (22 * 720) * 100)
    assert acts()[-2:] == ["agreement.add", "service.measure"]
    assert db.session.scalar(select(Import)).summary["months"] == ["2026-03"]


def test_months_before_the_first_agreement_stay_as_the_log_has_them(people, logged):
    before = month()
    agreed(mail(people), people, valid_from=date(2026, 4, 1))
    db.session.commit()
    assert month() == before
    assert "service.measure" in acts()


def test_an_agreement_taken_back_stays_readable_and_counts_no_more(people, logged):
    before = month()
    row = agreed(mail(people), people, valid_from=date(2026, 1, 1))
    catalogue.take_back_agreement(row, "wrong customer", by=people.manager)
    db.session.commit()
    assert month().services == before.services
    with pytest.raises(Refused, match="already"):
        catalogue.take_back_agreement(row, "again", by=people.manager)
    agreed(row.service, people, valid_from=date(2026, 1, 1))


def test_a_name_of_the_log_is_attached_and_its_outages_count_for_the_service(people, logged, tmp_path):
    outages(tmp_path, people, ("2026-03-09T02:30", "2026-03-09T03:30", ""), service="Mail gateway")
    service = mail(people)
    agreed(service, people, valid_from=date(2026, 1, 1))
    db.session.commit()
    assert levels.nameless() == [("Mail gateway", 1)]
    assert set(month().services) == {"Mail", "Mail gateway"}
    catalogue.attach_name(service, " MAIL gateway ", by=people.manager)
    db.session.commit()
    assert levels.nameless() == []
    assert month().services["Mail"]["down_minutes"] == 120 + 60 + 60 + 60
    assert set(month().services) == {"Mail"}
    with pytest.raises(Refused, match="MAIL already"):
        catalogue.add_service(code="X", name_en="X", aliases="Mail Gateway", by=people.manager)


def window(service, people, day, start, end, **more):
    facts = {"announced_on": date(2026, 2, 20), "announced_time": time(9), "announced_by": "Gao"}
    return catalogue.add_maintenance(
        service, day=day, start=start, end=end, **{**facts, **more}, by=people.manager
    )


def test_maintenance_known_beforehand_is_taken_out_and_what_is_entered_afterwards_is_not(people, tmp_path):
    services.load_register(by=None)
    service = mail(people)
    agreed(service, people, valid_from=date(2026, 1, 1))
    with clock.at(datetime(2026, 2, 20, 12, tzinfo=UTC)):
        (early,) = window(service, people, date(2026, 3, 4), time(10), time(12))
    outages(
        tmp_path, people,
        ("2026-03-04T02:00", "2026-03-04T05:00", ""), ("2026-03-05T02:00", "2026-03-05T03:00", ""),
    )  # fmt: skip
    (late,) = window(service, people, date(2026, 3, 5), time(10), time(11))
    db.session.commit()
    facts = month().services["Mail"]
    assert (facts["down_minutes"], facts["maintenance_minutes"], facts["outages"]) == (60 + 60, 120, 2)
    assert (early.late, late.late) == (False, True)
    (line,) = levels.stored_lines()
    assert [
        (row.id, minutes) for row, minutes in line.time.refused(levels.month_of(line.entry.terms, MARCH))
    ] == [(late.id, timedelta(hours=1))]
    catalogue.take_back_maintenance(early, "not needed", by=people.manager)
    assert month().services["Mail"]["down_minutes"] == 180 + 60


def test_recurring_maintenance_keeps_the_hour_on_the_wall_when_the_clocks_change(people):
    service = mail(people)
    agreed(service, people, zone="Europe/Berlin")
    rows = window(service, people, date(2027, 3, 14), time(2, 30), time(5), every=2, until=date(2027, 4, 20))
    assert [f"{row.starts_at:%m-%d %H:%M}" for row in rows] == ["03-14 01:30", "03-28 01:00", "04-11 00:30"]
    assert [(row.ends_at - row.starts_at) / timedelta(minutes=1) for row in rows] == [150, 120, 150]
    assert len(list(db.session.scalars(select(MaintenanceWindow)))) == 3


DAY = {"day": date(2027, 1, 5), "start": time(22), "end": time(23)}


WRONG_MAINTENANCE = (
    ({"end": time(19)}, "end", "ends before it begins"),
    ({"end": time(6), "end_on": date(2027, 1, 4)}, "end", "ends before it begins"),
    ({"announced_on": date(2090, 1, 1)}, "announced_on", "future"),
    ({"announced_by": " "}, "announced_by", "who announced"),
    ({"every": 1}, "until", "until which day"),
    ({"every": 1, "until": date(2027, 1, 4)}, "until", "before the first"),
    ({"every": 1, "until": date(2035, 1, 4)}, "until", "at most 120"),
    ({"start": time(21), "end": time(22, 30)}, "day", "overlaps the maintenance from 2027-01-05 22:00"),
)


def test_maintenance_that_makes_no_sense_is_refused_in_words(people):
    service = mail(people)
    window(service, people, **DAY)
    for facts, field, words in WRONG_MAINTENANCE:
        with pytest.raises(Refused, match=words) as refused:
            window(service, people, **{**DAY, "start": time(20), "end": time(21), **facts})
        assert refused.value.field == field


def test_a_window_over_midnight_names_the_day_it_ends(people):
    (row,) = window(mail(people), people, date(2027, 1, 5), time(22), time(6), end_on=date(2027, 1, 6))
    assert row.ends_at - row.starts_at == timedelta(hours=8)


WRONG_AGREEMENTS = (
    ({"reason": "  "}, "reason", "what was agreed"),
    ({"target": "100.1"}, "target", "at most 100"),
    ({"target": "0"}, "target", "above 0"),
    ({"target": None}, "target", "above 0"),
    ({"zone": "Mars/Olympus"}, "zone", "no time zone"),
    ({"zone": "../etc/passwd"}, "zone", "no time zone"),
    ({"valid_from": date(2026, 1, 1)}, "valid_from", "already"),
    ({"kind": "week"}, "monday", "at least one window"),
    ({"kind": "week", "week": ("20:00-08:00", *[""] * 6)}, "monday", "ends before it begins"),
    ({"kind": "week", "week": ("", "08:00-12:00, 11:00-13:00", *[""] * 5)}, "tuesday", "overlap"),
    ({"kind": "week", "week": ("8 to 5", *[""] * 6)}, "monday", "no window"),
    ({"kind": "week", "week": ("08:00-25:00", *[""] * 6)}, "monday", "24:00"),
    ({"holidays": "XX"}, "holidays", "Choose"),
    ({"in_service": "P1, 15"}, "in_service", "Line 1"),
    ({"in_service": "P1, 15, 240\np1, 5, 10"}, "in_service", "Line 2.*twice"),
    ({"in_service": "P1, x, 240"}, "in_service", "no whole number"),
    ({"in_service": "P1, 300, 240"}, "in_service", "before the first response"),
    ({"in_service": "P1, -, "}, "in_service", "at least one"),
    ({"in_service": "P1, 15, 240", "in_calendar": "P1, 15, 240"}, "in_calendar", "one clock only"),
)


def test_an_agreement_that_makes_no_sense_is_refused_in_words(people):
    service = mail(people)
    agreed(service, people, valid_from=date(2026, 1, 1))
    for facts, field, words in WRONG_AGREEMENTS:
        with pytest.raises(Refused, match=words) as refused:
            agreed(service, people, **{"valid_from": date(2026, 7, 1), **facts})
        assert refused.value.field == field


def test_hours_and_targets_are_read_as_people_write_them(people):
    week = ("8:00-12:00，13:30–18:00", "08:00至24:00", *["-"] * 5)
    row = agreed(mail(people), people, kind="week", week=week, in_service="P1, 15, 240\n\nP2; 60; -",
                 in_calendar="P0，5，60")  # fmt: skip
    db.session.flush()
    terms = levels.terms_of(row)
    assert terms.hours.week[:2] == (((480, 720), (810, 1080)), ((480, 1440),))
    assert {name: (each.response, each.resolution, each.in_service) for name, each in terms.targets.items()} == {
        "P1": (15, 240, True), "P2": (60, None, True), "P0": (5, 60, False),
    }  # fmt: skip


WRONG_SERVICES = (
    ({"code": ""}, "code"),
    ({"code": "mail"}, "code"),
    ({"name_en": "", "name_zh": ""}, "name_en"),
    ({"aliases": "MAIL"}, "aliases"),
    ({"aliases": "x" * 201}, "aliases"),
    ({"active_from": date(2026, 2, 1), "active_to": date(2026, 1, 1)}, "active_to"),
)


def test_a_service_that_makes_no_sense_is_refused_in_words(people):
    mail(people)
    for facts, field in WRONG_SERVICES:
        with pytest.raises(Refused) as refused:
            catalogue.add_service(**{"code": "OTHER", "name_en": "Other", **facts}, by=people.manager)
        assert refused.value.field == field


def test_a_service_out_of_the_catalogue_is_owed_no_more(people, logged):
    service = mail(people)
    agreed(service, people, valid_from=date(2026, 1, 1))
    facts = {"code": "MAIL", "name_en": "Mail", "name_zh": "邮件", "customer": "", "owner_id": None,
             "aliases": "Mail"}  # fmt: skip
    catalogue.edit_service(service, **facts, active_from=None, active_to=date(2026, 3, 10), by=people.manager)
    db.session.commit()
    assert month().services["Mail"]["agreed_minutes"] == 10 * 1440 - 480  # watched from 8 in Shanghai
    assert month().services["Mail"]["partial"] is True


def test_a_changed_target_is_judged_month_by_month_on_the_board(people, logged):
    service = mail(people)
    agreed(service, people, valid_from=date(2026, 1, 1), target="99")
    db.session.commit()
    indicator = queries.by_code("AVL")
    services.set_target(indicator, "99.95", month=MARCH, reason="客户要求", by=people.manager)
    db.session.commit()
    assert missed_services(indicator, month()) == []  # the service's own target of 99 % held
    agreed(service, people, valid_from=date(2026, 3, 1), target="99.9")
    db.session.commit()
    ((name, value, down),) = missed_services(indicator, month())
    assert (name, down) == ("Mail", 240)
    assert value < 99.9


def test_nothing_is_measured_while_there_is_no_log(people):
    agreed(mail(people), people)
    db.session.commit()
    assert "service.measure" not in acts()
    assert db.session.scalar(select(Measurement).limit(1)) is None
    assert levels.stored_lines() == []
