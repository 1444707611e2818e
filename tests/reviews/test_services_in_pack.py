"""Input h shows what was agreed for the services of the catalogue and what they kept, in the same figures everywhere."""

from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.indicators import levels, service_screens, services
from audit_app.indicators.periods import Month
from audit_app.reviews import compile_services, exports
from audit_app.reviews.compile import compile_pack
from audit_app.reviews.pack import Remark, Table
from audit_app.reviews.telling import tell
from tests.indicators.world import agreed, mail, outages
from tests.reviews import factory

LAST = Month.of(today()).previous()
TICKETS = """number,opened,responded,resolved,priority,category
T-1,{day}-03 02:00,{day}-03 02:10,{day}-03 05:00,P1,Mail
T-2,{day}-03 02:00,{day}-03 02:20,{day}-03 05:00,P1,mail
T-3,{day}-03 02:00,{day}-03 02:10,,P1,Mail
T-4,{day}-03 02:00,{day}-03 02:10,{day}-03 05:00,P1,Other
"""


@pytest.fixture
def kept(people, tmp_path):
    """Mail by day, at least 99.9 %: 45 minutes down in the last month, three tickets of its category."""
    services.load_register(by=None)
    service = mail(people)
    agreed(service, people, target="99.9", kind="week", week=("08:00-20:00",) * 7, in_calendar="P1, 15, 240")
    day = f"{LAST.first:%Y-%m}"
    outages(
        tmp_path, people, (f"{day}-03T02:00", f"{day}-03T02:45", ""), (f"{day}-05T15:00", f"{day}-05T16:00", ""),
        watched=(LAST.first.isoformat(), LAST.next().first.isoformat()),
    )  # fmt: skip
    path = tmp_path / "tickets.csv"
    path.write_text(TICKETS.format(day=day), encoding="utf-8")
    services.import_tickets(path, "generic", by=people.manager)
    db.session.commit()
    return service


def test_without_a_catalogue_the_input_says_nothing_of_it(people):
    assert compile_services.blocks([LAST]) == ()


def test_the_tables_tell_minutes_months_and_tickets_with_their_sources(kept):
    remark, sla, tickets = compile_services.blocks([LAST])
    assert isinstance(remark, Remark)
    assert remark.tone == "bad"
    assert "missed its availability in 1 of 1 months" in tell(remark.said)
    assert isinstance(sla, Table)
    ((_name, _target, share, minutes, maintenance, down, allowed, count, longest, _missed, source),) = (
        sla.rows
    )
    whole = LAST.last.day * 720
    assert (minutes.value, maintenance.value, down.value, count, longest.value) == (whole, 0, 45, 1, 45)
    assert float(allowed.value) == pytest.approx(whole / 1000)
    assert float(share.value.value) == pytest.approx(100 - 45 / whole * 100, abs=1e-6)
    assert "Mail.csv" in tell(source)
    assert (tell(tickets.rows[0][2]), tell(tickets.rows[0][5])) == ("15 min", "4 h")
    ((_name, priority, _r, responded, of_responded, _s, resolved, of_resolved, file),) = tickets.rows
    assert (priority, tell(of_responded), tell(of_resolved)) == ("P1", "2 / 3", "2 / 3")
    assert float(responded.value) == float(resolved.value) == pytest.approx(200 / 3)
    assert "tickets.csv" in tell(file)


def test_the_page_of_the_service_tells_the_same_tickets(kept, people, client_for):
    page = client_for(people.manager).get(f"/indicators/services/{kept.id}").text
    assert "66.7 %" in page
    assert "2 of 3" in page
    (one,) = service_screens.tickets_kept(kept)
    assert (one.resolution.met, one.resolution.late) == (2, 1)


def test_pack_and_workbook_are_made_with_it_in_both_languages(kept, people):
    review = factory.planned(
        people, period_from=LAST.plus(-5).first, period_to=LAST.last, meets_on=today() + timedelta(days=30)
    )
    db.session.flush()
    pack = compile_pack(review)
    pdf = exports.render(pack, "zh", "pdf")
    assert pdf.startswith(b"%PDF")
    book = load_workbook(BytesIO(exports.render(pack, "en", "xlsx")))
    told = [cell.value for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert "What was agreed for the services, and kept" in told
    (line,) = levels.stored_lines([kept])
    assert line.time.month(LAST).up.down_minutes == 45
