"""The pages of the service catalogue: what is typed is kept, what is wrong is said, every figure has its outages."""

from datetime import date, time, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.indicators import catalogue, levels, service_screens, services
from audit_app.indicators.catalogue_models import Service
from audit_app.indicators.periods import Month
from tests.indicators.world import OFFICE, agreed, mail, outages

LAST = Month.of(today()).previous()
URL = "/indicators/services"
AGREEMENT = {
    "valid_from": "2025-01-01", "target": "99.5", "reason": "与销售部签订", "kind": "week", "zone": "Asia/Shanghai",
    "holidays": "CN", "monday": "08:00-20:00", "in_service": "P1, 15, 240",
}  # fmt: skip


@pytest.fixture
def client(people, client_for):
    return client_for(people.manager)


@pytest.fixture
def kept(people, tmp_path):
    """Mail in the catalogue with an agreement by day; last month one outage by day, one at night."""
    services.load_register(by=None)
    service = mail(people)
    agreed(service, people, kind="week", week=("08:00-20:00",) * 7)
    day = f"{LAST.first:%Y-%m}"
    outages(
        tmp_path, people, (f"{day}-03T02:00", f"{day}-03T02:45", ""), (f"{day}-05T15:00", f"{day}-05T16:00", "yes"),
        watched=(LAST.first.isoformat(), LAST.next().first.isoformat()),
    )  # fmt: skip
    db.session.commit()
    return service


def test_a_service_goes_into_the_catalogue_with_its_agreement_and_its_page_says_what_holds(client, people):
    assert "No service is in the catalogue yet" in client.get(URL).text
    data = {"code": "mail", "name_en": "Mail", "name_zh": "邮件", "aliases": "Mail\n邮件"}
    reply = client.post(f"{URL}/new", data=data)
    assert reply.status_code == 303
    page = client.get(reply.location).text
    assert "Nothing is agreed for this service today" in page
    assert client.post(f"{reply.location}/agreements/new", data=AGREEMENT).status_code == 303
    page = client.get(reply.location).text
    assert "Monday 08:00-20:00" in page
    assert "response within 15 min" in page
    assert "与销售部签订" in page
    assert 'class="week-open" x="268.0"' in page
    again = client.get(f"{reply.location}/agreements/new").text
    assert 'value="08:00-20:00"' in again
    assert "P1, 15, 240" in again


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client, people):
    service = mail(people)
    db.session.commit()
    for wrong, words in (
        ({"target": "100.5"}, "at most 100 percent"),
        ({"target": ""}, "above 0"),
        ({"zone": "Mars"}, "no time zone"),
        ({"monday": "20:00-08:00"}, "ends before it begins"),
        ({"in_service": "P1, soon, 1"}, "no whole number of minutes"),
    ):
        reply = client.post(f"{URL}/{service.id}/agreements/new", data=AGREEMENT | wrong)
        assert reply.status_code == 422
        assert words in reply.text
        assert "与销售部签订" in reply.text
    reply = client.post(f"{URL}/new", data={"code": "MAIL", "name_en": "Again", "aliases": "Post"})
    assert (reply.status_code, "Post" in reply.text) == (422, True)


def test_the_list_and_the_page_show_the_year_from_minutes(client, kept):
    page = client.get(URL).text
    assert "Mail" in page
    minutes = LAST.last.day * 720
    shown = f"{100 - 45 / minutes * 100:.3f} %"
    assert shown in page
    page = client.get(f"{URL}/{kept.id}").text
    assert shown in page
    assert f"{minutes:,}" in page
    assert f"month={LAST}" in page


def test_the_outages_behind_a_figure_say_what_of_them_counts(client, kept):
    page = client.get(f"{URL}/{kept.id}/outages?month={LAST}").text
    assert "Outside service hours" in page
    assert "planned, says the log" in page
    assert "45.0" in page
    only = client.get(f"{URL}/{kept.id}/outages?counts=outside").text
    assert "60.0" in only
    assert "45.0" not in only
    assert client.get(f"{URL}/{kept.id}/outages?month=nonsense").status_code == 200
    assert "No outage matches" in client.get(f"{URL}/{kept.id}/outages?month=2001-01").text
    counted = [each.counted for each in service_screens.outages(kept, month=LAST)]
    (line,) = levels.stored_lines([kept])
    assert sum(counted) == line.time.month(LAST).up.down_minutes == 45


def test_the_workbooks_tell_the_same(client, kept):
    sheet = load_workbook(BytesIO(client.get(f"{URL}/{kept.id}/months.xlsx").data)).worksheets[0]
    rows = {str(row[0]): row for row in sheet.iter_rows(values_only=True)}
    assert rows[str(LAST)][2:4] == (LAST.last.day * 720, 45)
    assert rows["Twelve months together"][3] == 45
    book = load_workbook(BytesIO(client.get(f"{URL}/{kept.id}/outages.xlsx").data)).worksheets[0]
    assert sorted(row[4] for row in book.iter_rows(min_row=2, values_only=True)) == [0, 45]
    catalogue_sheet = load_workbook(BytesIO(client.get(f"{URL}.xlsx").data)).worksheets[0]
    assert [row[0] for row in catalogue_sheet.iter_rows(min_row=2, values_only=True)] == ["MAIL"]


def test_maintenance_is_entered_on_the_page_and_what_is_too_late_is_said(client, kept, people):
    url = f"{URL}/{kept.id}/maintenance/new"
    soon = today() + timedelta(days=5)
    data = {"day": soon.isoformat(), "start": "22:00", "end": "23:00", "every": "1",
            "until": (soon + timedelta(days=14)).isoformat(), "announced_on": (today() - timedelta(days=1)).isoformat(),
            "announced_time": "09:00", "announced_by": "高工", "note": "补丁"}  # fmt: skip
    assert client.post(url, data=data).status_code == 303
    page = client.get(f"{URL}/{kept.id}").text
    assert page.count("补丁") >= 3
    reply = client.post(url, data=data | {"end": "21:00"})
    assert reply.status_code == 422
    assert "ends before it begins" in reply.text
    assert "补丁" in reply.text
    past = LAST.first + timedelta(days=2)
    reply = client.post(
        url,
        data=data | {"day": past.isoformat(), "start": "10:00", "end": "11:00", "every": "0", "until": ""},
    )
    assert reply.status_code == 303
    page = client.get(f"{URL}/{kept.id}").text
    assert "not taken out" in page
    assert "entered too late" in page
    (line,) = levels.stored_lines([kept])
    assert line.time.month(LAST).up.down_minutes == 45


def test_agreement_and_maintenance_are_taken_back_with_a_reason(client, kept, people):
    (window,) = catalogue.add_maintenance(
        kept, day=today() + timedelta(days=5), start=time(1), end=time(2), announced_on=today() - timedelta(days=2),
        announced_time=time(9), announced_by="Gao", by=people.manager,
    )  # fmt: skip
    row = kept.agreements[0]
    db.session.commit()
    for url in (f"{URL}/{kept.id}/agreements/{row.id}/back", f"{URL}/{kept.id}/maintenance/{window.id}/back"):
        assert client.post(url, data={"reason": " "}).status_code == 422
        assert client.post(url, data={"reason": "登记错误"}).status_code == 303
        assert client.post(url, data={"reason": "再次"}).status_code == 422
    page = client.get(f"{URL}/{kept.id}").text
    assert page.count("登记错误") >= 2
    assert "Nothing is agreed" in page
    other = mail(people, code="X", aliases="")
    db.session.commit()
    assert client.get(f"{URL}/{other.id}/agreements/{row.id}/back").status_code == 404


def test_names_that_no_service_has_are_shown_after_an_import_and_attached(client, kept, people, tmp_path):
    day = f"{LAST.first:%Y-%m}"
    report = outages(tmp_path, people, (f"{day}-07T02:00", f"{day}-07T02:30", ""), service="Postfach",
                     watched=(LAST.first.isoformat(), LAST.next().first.isoformat()))  # fmt: skip
    db.session.commit()
    assert "Postfach" in client.get(f"/indicators/imports/{report.stored.id}").text
    page = client.get(f"{URL}/names").text
    assert "Postfach" in page
    assert client.post(f"{URL}/names", data={"name": "Postfach", "service_id": ""}).status_code == 422
    assert client.post(f"{URL}/names", data={"name": "Postfach", "service_id": kept.id}).status_code == 303
    assert "Every name has its service" in client.get(f"{URL}/names").text
    (line,) = levels.stored_lines([kept])
    assert line.time.month(LAST).up.down_minutes == 45 + 30


def test_a_stale_save_of_a_service_shows_both(client, kept):
    old = kept.version
    facts = {"code": "MAIL", "name_en": "Mail", "name_zh": "邮件", "aliases": "Mail"}
    assert (
        client.post(f"{URL}/{kept.id}/edit", data=facts | {"customer": "HR", "version": old}).status_code
        == 303
    )
    reply = client.post(f"{URL}/{kept.id}/edit", data=facts | {"customer": "IT", "version": old})
    assert reply.status_code == 422
    assert "Somebody else saved" in reply.text


def test_who_defines_no_indicators_reads_the_catalogue_and_changes_nothing(people, kept, client_for):
    client = client_for(people.owner)
    assert client.get(f"{URL}/{kept.id}").status_code == 200
    assert "agreements/new" not in client.get(f"{URL}/{kept.id}").text
    for url in (f"{URL}/new", f"{URL}/{kept.id}/edit", f"{URL}/{kept.id}/agreements/new", f"{URL}/names"):
        assert client.get(url).status_code == 403
    assert db.session.query(Service).count() == 1


def test_pages_of_the_catalogue_ask_as_many_queries_for_many_services(client, kept, people, queries_of):
    few = [queries_of(client, url) for url in (URL, f"{URL}/{kept.id}")]
    for number in range(6):
        agreed(mail(people, code=f"S{number}", aliases=f"Mail {number}"), people, valid_from=date(2025, 1, 2))
        agreed(kept, people, valid_from=date(2030, 1, 1 + number), week=OFFICE)
    db.session.commit()
    assert [queries_of(client, url) for url in (URL, f"{URL}/{kept.id}")] == few
