"""Every figure leads to its rows on screen, and every table and chart says on paper where it comes from."""

from io import BytesIO

import pytest
import time_machine
from html5lib import parse
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import func, select

from audit_app.core.db import db
from audit_app.findings import queries as findings
from audit_app.findings.models import Finding, FindingState, Grade
from audit_app.reviews import exports, origins, services
from audit_app.reviews.compile import compile_pack
from audit_app.reviews.pack import Plot, Remark, Table, Toned
from audit_app.reviews.sources import Sources
from tests.findings.factory import many
from tests.reviews import factory


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(factory.TODAY, tick=True):
        yield


@pytest.fixture
def review(people):
    factory.measured_fully(13)
    factory.audited(people)
    many(people, 60, since=factory.PERIOD[0])
    issued = Finding.__table__.update().where(Finding.state == FindingState.ISSUED)
    db.session.execute(issued.values(grade=Grade.MINOR))
    made = factory.ready(people)
    db.session.commit()
    return made


@pytest.fixture
def pack(review):
    return compile_pack(review)


def blocks(pack, kind):
    return [block for one in pack.inputs for block in one.blocks if isinstance(block, kind)]


def rows_of(pack):
    every = [block for one in pack.inputs for block in one.blocks]
    return origins.read(every, pack.meta.period_from, pack.meta.period_to)


def test_no_table_and_no_chart_is_without_a_source(pack):
    line = Sources.of(pack).line
    assert [table.title for table in blocks(pack, Table) if table.rows and not line(table)] == []
    assert [plot.title for plot in blocks(pack, Plot) if plot.source is None] == []
    assert blocks(pack, Table)
    assert blocks(pack, Plot)


WITHOUT_FIGURE = ("climate.",)
"""Sentences that count nothing: what the review itself decided."""


def test_no_figure_is_without_its_rows(pack):
    rows, bare = rows_of(pack), []
    for table in blocks(pack, Table):
        for row in table.rows:
            for place, cell in enumerate(row):
                is_figure = table.columns[place].kind in origins.FIGURES and cell is not None
                if is_figure and table.where != "book" and origins.of_cell(table, row, place, rows) is None:
                    bare.append((table.title, row[0], cell))
    bare += [plot.title for plot in blocks(pack, Plot) if origins.of_plot(plot, rows) is None]
    told = [one.said for one in blocks(pack, Remark) if not one.said.key.startswith(WITHOUT_FIGURE)]
    bare += [one.key for one in told if origins.of_said(one, rows) is None]
    bare += [why.key for light in pack.lights for why in light.reasons if origins.of_said(why, rows) is None]
    assert bare == []


COUNTS = tuple(key for key in origins.COUNTED if key.startswith("table.nc"))
HELD = {"col.open", "col.overdue"}
"""What stood open at the end of a month cannot be listed today: its link lists what was raised until then."""


def test_a_count_is_as_high_as_the_list_behind_it_is_long(people, pack):
    rows, seen = rows_of(pack), 0
    for table in blocks(pack, Table):
        if origins.key_of(table.title) not in COUNTS:
            continue
        for row in table.rows:
            for place in range(1, len(row)):
                head = table.columns[place].title
                if {origins.key_of(head), origins.key_of(row[0])} & HELD or row[place] is None:
                    continue
                _endpoint, asked = origins.of_cell(table, row, place, rows)
                given = {name: str(value) for name, value in asked.items()}
                listed = findings.listing(people.manager, given).order_by(None).subquery()
                value = row[place].value if isinstance(row[place], Toned) else row[place]
                assert db.session.scalar(select(func.count()).select_from(listed)) == value, (row, given)
                seen += 1
    assert seen > 20


def test_the_page_links_every_figure_and_every_link_opens(client_for, people, review):
    client = client_for(people.manager)
    page = parse(client.get(f"/reviews/{review.id}/pack").get_data(), namespaceHTMLElements=False)
    main = page.find(".//main")
    cells = [cell for cell in main.iter("td") if "num" in (cell.get("class") or "").split()]
    text = {cell: "".join(cell.itertext()).strip() for cell in cells}
    assert [text[cell] for cell in cells if text[cell] not in ("", "–") and cell.find(".//a") is None] == []
    links = {a.get("href") for a in main.iter("a") if (a.get("href") or "").startswith("/")}
    wrong = {link for link in sorted(links)[::7] if client.get(link).status_code != 200}
    assert wrong == set()
    assert len(links) > 40


def test_paper_and_sheet_name_files_with_hash_and_day_or_the_register(pack):
    said = " ".join(
        page.extract_text() for page in PdfReader(BytesIO(exports.render(pack, "en", "pdf"))).pages
    )
    assert "Source: this system, register of findings, 2026-" in " ".join(said.split())
    cells = {
        str(cell.value)
        for sheet in load_workbook(BytesIO(exports.render(pack, "zh", "xlsx")))
        for row in sheet.iter_rows()
        for cell in row
    }
    assert any(cell.startswith("数据来源：") for cell in cells)


def test_a_frozen_pack_says_that_its_links_lead_to_today(client_for, people, review):
    services.approve(review, exports.render_all, by=people.boss)
    db.session.commit()
    page = client_for(people.manager).get(f"/reviews/{review.id}/pack").get_data(as_text=True)
    assert "as they are today" in page
