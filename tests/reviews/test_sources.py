"""Where figures come from, on charts too and where an input is written; to whom a pack goes; what a period is."""

from datetime import date
from io import BytesIO

import pytest
import time_machine
from openpyxl import load_workbook
from pypdf import PdfReader

from audit_app.core.db import db
from audit_app.home.work import piles
from audit_app.indicators import services as indicators
from audit_app.indicators.models import Frequency, Measurement
from audit_app.reviews import exports, screens_meeting, sending, services, supplements
from audit_app.reviews.compile import compile_pack
from audit_app.reviews.models import InputKey
from audit_app.reviews.pack import Plot, from_json, to_json
from audit_app.reviews.sources import Sources
from audit_app.reviews.telling import tell, tell_distribution
from tests.reviews import factory


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(factory.TODAY, tick=True):
        yield


@pytest.fixture
def review(people):
    factory.measured(people)
    indicators.enter_measurement(factory.register()["CSAT"], date(2026, 5, 1), value=90, by=people.manager)
    return factory.ready(people)


def plots(pack):
    return {
        tell(one.title).split(" ")[0]: one
        for each in pack.inputs
        for one in each.blocks
        if isinstance(one, Plot)
    }


def words_of(content):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def test_a_chart_names_file_rows_hash_and_day_and_who_typed(people, review):
    pack = compile_pack(review)
    found, sources = plots(pack), Sources.of(pack)
    log = "incident_event_log.csv (141,712 rows, abababab, 2026-06-15)"
    assert sources.of_plot(found["SLA"]) == log
    assert f"entered by hand: {people.manager.name} (2026-06-15)" in sources.of_plot(found["CSAT"])
    assert "register of indicators" in sources.of_plot(found["Indicators"])
    assert log in words_of(exports.render(pack, "en", "pdf"))
    cells = [
        str(cell.value)
        for sheet in load_workbook(BytesIO(exports.render(pack, "en", "xlsx")))
        for row in sheet.iter_rows()
        for cell in row
    ]
    assert f"entered by hand: {people.manager.name}, 2026-06-15" in cells


def test_the_page_of_an_input_says_where_its_figures_come_from(client_for, people, review):
    row = next(each for each in review.inputs if each.key is InputKey.H)
    db.session.commit()
    page = client_for(people.manager).get(f"/reviews/inputs/{row.id}").get_data(as_text=True)
    assert "incident_event_log.csv (141,712 rows, abababab, 2026-06-15)" in page


def test_cover_sheet_and_page_say_to_whom_the_pack_goes(client_for, people, review):
    sending.set_recipients(review, [people.owner], "Zhang Wei, certification body", by=people.manager)
    db.session.commit()
    pack = compile_pack(review)
    assert from_json(to_json(pack)) == pack
    assert pack.meta.distribution == tuple(row.name for row in review.recipients)
    cover = load_workbook(BytesIO(exports.render(pack, "en", "xlsx")))["Cover"]
    sheet = " ".join(str(cell.value) for row in cover.iter_rows() for cell in row)
    first = PdfReader(BytesIO(exports.render(pack, "en", "pdf"))).pages[0].extract_text()
    page = client_for(people.manager).get(f"/reviews/{review.id}/pack").get_data(as_text=True)
    for told in (" ".join(first.split()), sheet, page):
        assert "Distribution list" in told
        assert f"{people.owner.name}, Zhang Wei, certification body" in told


def test_a_long_list_says_how_many_more_and_an_empty_one_who_took_part(people, review):
    names = tuple(f"N{n}" for n in range(15))
    assert tell_distribution(names).endswith("N11, +3 more")
    assert compile_pack(review).meta.distribution == ()
    assert tell_distribution(()) == "Those who took part."


def test_a_quarterly_figure_is_missed_in_quarters(people):
    one = factory.register()["SUP"]
    one.frequency = Frequency.QUARTERLY
    for month in (date(2025, 12, 1), date(2026, 3, 1)):
        db.session.add(Measurement(indicator_id=one.id, period=month, value=50, entered_at=factory.now()))
    db.session.flush()
    said = words_of(exports.render(compile_pack(factory.ready(people)), "en", "pdf"))
    assert "missed in 2 of 2 quarters (2025-12, 2026-03)" in said
    assert "2 of 2 quarters" in said
    assert "of 2 months" not in said


def test_a_supplement_that_waits_is_work_of_top_management_until_it_is_issued(people, review):
    services.approve(review, exports.render_all, by=people.boss)
    made = supplements.write(review, reason="A name", correction="Zhang", by=people.manager)
    assert [each.tasks[0].code for each in piles(people.boss) if each.kind.key == "supplements"] == [
        made.code
    ]
    assert [each for each in piles(people.manager) if each.kind.key == "supplements"] == []
    supplements.issue(made, exports.supplement_files, by=people.boss)
    assert [each for each in piles(people.boss) if each.kind.key == "supplements"] == []


def test_slides_of_an_approved_review_speak_of_what_was_decided(app, people, review):
    with app.test_request_context():
        assert "What is to be decided" in {each.part for each in screens_meeting.slides(review)["slides"]} | {
            each.title for each in screens_meeting.slides(review)["slides"]
        }
        services.approve(review, exports.render_all, by=people.boss)
        parts = {each.part for each in screens_meeting.slides(review)["slides"]}
    assert "What was to be decided" in parts
    assert "What is to be decided" not in parts
