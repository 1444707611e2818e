"""Audits and days per auditor and month; overload and double booking are pointed out."""

from datetime import date
from io import BytesIO

from openpyxl import load_workbook

from audit_app.agenda import services as agenda
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.programme import services
from audit_app.programme.models import TeamRole
from audit_app.programme.workload import working_days, workload
from tests.programme.factory import plan_audit, plan_year

YEAR = 2020


def audits(people, *spans):
    year = plan_year(people, YEAR)
    return [
        plan_audit(people, year, title=str(first), starts_on=first, ends_on=last, recorded=True,
                   members=[(people.auditor, TeamRole.TRAINEE), (people.reader, TeamRole.OBSERVER)])
        for first, last in spans
    ]  # fmt: skip


def test_working_days_are_counted_by_month_and_observers_do_not_work(people):
    made = audits(people, (date(2020, 2, 27), date(2020, 3, 3)))
    found = workload(made, YEAR)
    by_name = {load.person.name: load for load in found.loads}
    assert set(by_name) == {"Leo Lead", "Ana Auditor"}
    assert (by_name["Leo Lead"].days[2], by_name["Leo Lead"].days[3]) == (2, 2)
    assert (by_name["Leo Lead"].total_days, by_name["Leo Lead"].total_audits) == (4, 1)
    assert found.remarks == ()


def test_a_weekend_audit_counts_its_own_days():
    assert len(list(working_days(date(2020, 2, 1), date(2020, 2, 2)))) == 2


def test_overload_and_two_audits_at_once_are_said(people):
    made = audits(people, (date(2020, 3, 2), date(2020, 3, 13)), (date(2020, 3, 13), date(2020, 3, 13)))
    said = [str(each) for each in workload(made, YEAR).remarks]
    assert any(each.startswith("Leo Lead audits 11 days in month 3") for each in said)
    assert f"Ana Auditor is in two audits at once: {made[0].code} and {made[1].code}." in said


def test_who_does_nothing_yet_is_shown_when_asked_for(people):
    found = workload([], YEAR, [people.auditor2])
    assert [(load.person.name, load.total_days) for load in found.loads] == [("王小明", 0)]


def test_the_page_and_its_workbook(people, client_for, parsed):
    plan_audit(people)
    db.session.commit()
    client = client_for(people.manager)
    assert client.get("/programme/workload").location.endswith(f"/programme/{today().year}/workload")
    page = client.get(f"/programme/{today().year}/workload")
    assert parsed(page).find(".//h1") is not None
    assert "Leo Lead" in page.text
    book = load_workbook(BytesIO(client.get(f"/programme/{today().year}/workload.xlsx").data))
    assert "Leo Lead" in {cell.value for row in book.active.iter_rows() for cell in row}
    assert client_for(people.owner).get(f"/programme/{today().year}/workload").status_code == 403


def test_where_an_agenda_names_somebody_its_hours_count_and_the_page_says_so(people, client_for):
    audit = plan_audit(people, starts_on=today(), ends_on=today())
    agenda.propose_agenda(audit, by=people.lead)
    db.session.commit()
    db.session.expire_all()
    slots = [slot for slot in audit.plan.slots if slot.kind != "break" and people.lead in slot.auditors]
    minutes = sum(slot.minutes for slot in slots)
    assert 0 < minutes < 480
    (load,) = workload([audit], today().year).loads
    assert (load.minutes, load.total_days) == (minutes, minutes / 480)
    assert str(load.counted) == "agenda hours"
    page = client_for(people.manager).get(f"/programme/{today().year}/workload").text
    assert "counted: agenda hours" in page
    services.set_team(audit, people.lead, [(people.auditor, TeamRole.AUDITOR)], by=people.manager)
    late = next(each for each in workload([audit], today().year).loads if each.person is people.auditor)
    assert (late.total_days, late.minutes, str(late.counted)) == (1, 0, "audit days")
