"""Planned dates keep clear of public holidays; what is not known yet is said."""

from datetime import date

from audit_app.core import workdays
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.planning import phrases, schedule, services
from audit_app.planning.schedule import Visit
from audit_app.programme.workflow import remarks
from tests.planning.test_routes import words
from tests.programme.factory import plan_audit, plan_year

OCTOBER = 2026 * 12 + 9


def test_no_audit_is_planned_in_the_week_of_the_national_day_nor_on_a_swapped_saturday(app):
    assert workdays.country() == app.config["SETTINGS"].holidays == "CN"
    days = schedule.working_days(OCTOBER)
    assert days[0] == date(2026, 10, 8)
    assert date(2026, 10, 10) not in days
    found = schedule.dated([Visit(OCTOBER, 1, (f"P{n}",), 6) for n in range(8)])
    assert min(each.starts_on for each in found) == date(2026, 10, 8)


def test_a_year_whose_holidays_are_not_known_is_named_on_the_page(people, client_for):
    far = today().year + 6
    assert not workdays.announced(far)
    proposal = services.propose(far, 3, by=people.manager)
    db.session.commit()
    page = words(client_for(people.manager).get(f"/programme/proposals/{proposal.id}"))
    assert f"swapped working days of {far}, {far + 1}, {far + 2} are not known here yet" in page
    assert phrases.unannounced([2025, 2026]) == ""


def test_an_audit_on_days_off_says_so(people):
    plan = plan_year(people, 2026)
    facts = {"recorded": True, "starts_on": date(2026, 9, 30), "ends_on": date(2026, 10, 1)}
    (said,) = remarks(plan_audit(people, plan, **facts))
    assert "Nobody works on 1 Oct 2026 (weekend or public holiday)" in str(said)
