"""The charts of the register: every number is as large as the list it opens, on page, paper and in the workbook."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import func, select

from audit_app.accounts.models import Person
from audit_app.core import clock, local_days
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.findings import answers, chart_figures, chart_screens, queries, services
from audit_app.findings.chart_figures import selection
from audit_app.findings.models import Finding, Grade, Origin
from tests.databases import both_databases
from tests.findings import factory
from tests.people import People

LANGUAGES = {"en": "en", "zh": "zh_Hans_CN"}


def register(people: People) -> None:
    """Nonconformities in every state, of several ages, clauses, departments, origins and causes."""
    ages = {
        "draft": 5,
        "issued": 20,
        "accepted": 100,
        "analysed": 200,
        "planned": 130,
        "implemented": 150,
        "verified": 90,
    }
    for state, age in ages.items():
        with clock.at(now() - timedelta(days=age)):
            factory.at(people, state, Grade.MAJOR if state == "planned" else Grade.MINOR)
    with clock.at(now() - timedelta(days=220)):
        late = factory.at(people, "in_progress", clause="8.5.1", process=people.chg, owner=people.owner)
    with clock.at(now() - timedelta(days=10)):
        factory.WALK["implemented"](people, late)
    with clock.at(now() - timedelta(days=60)):
        gone = factory.at(people, "issued")
        answers.dispute(gone, reason="Not our service.", by=people.owner)
        answers.concede(gone, reason="True.", by=people.lead)
        factory.at(
            people, "issued", clause="8.6", origin=Origin.COMPLAINT, process=people.slm, owner=people.owner2
        )
        observed = factory.finding(people, Grade.OBSERVATION)
        services.issue(observed, by=people.lead)
    factory.at(people, "closed")
    db.session.flush()


def listed(person: Person, address: str) -> int:
    """How many rows an address of the register shows to a person."""
    given = dict(parse_qsl(urlsplit(address).query))
    unknown = set(given) - set(queries.FILTERS)
    assert not unknown, f"the register does not know {unknown}"
    query = queries.narrowed(person, given).order_by(None)
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0


WHO = ("manager", "lead", "auditor", "owner", "owner2", "reader")
GIVEN: tuple[dict[str, str], ...] = (
    {},
    {"grade": "major"},
    {"origin": "complaint"},
    {"first_day": "2021-01-01", "last_day": "2030-12-31"},
    {"first_day": str(today() - timedelta(days=45))},
    {"first_day": "nonsense", "last_day": "2026-02-31", "department": "x", "origin": "moon", "grade": "ofi"},
)


CENTURY = pytest.param({"first_day": "2000-01-01", "last_day": "2099-12-31"}, marks=pytest.mark.long)
"""1,200 months: most of them empty, each with its list."""


@pytest.mark.parametrize("given", [*GIVEN, CENTURY])
@both_databases
def test_every_number_is_as_large_as_the_list_behind_it(
    app: Flask, people: People, given: dict[str, str]
) -> None:
    register(people)
    counted = 0
    for who in WHO:
        person = getattr(people, who)
        with app.test_request_context():
            chosen = selection(given)
            panels, found = chart_screens.drawn(person, chosen)
            for panel in panels:
                for line in panel.lines:
                    for count, address in line.counts:
                        assert listed(person, address) == count, (who, panel.key, line.name, address)
                        counted += count
            for _name, spots in (*found.rows, ("", found.totals)):
                for spot in spots:
                    assert listed(person, spot.address) == spot.count, (who, spot.address)
    assert counted, "the register must not be empty, or nothing is tested"


def test_a_department_narrows_every_chart_and_its_lists(app: Flask, people: People) -> None:
    register(people)
    with app.test_request_context():
        chosen = selection({"department": str(people.ops.id)})
        panels, _table = chart_screens.drawn(people.manager, chosen)
        everything, _all = chart_screens.drawn(people.manager, selection({}))
    for mine, all_ in zip(panels, everything, strict=True):
        few, many = (sum(c for line in each.lines for c, _a in line.counts) for each in (mine, all_))
        assert 0 < few < many, mine.key
        for line in mine.lines:
            for count, address in line.counts:
                assert listed(people.manager, address) == count


def test_the_counts_are_those_of_the_rows(app: Flask, people: People) -> None:
    register(people)
    rows = [each for each in db.session.scalars(select(Finding)) if each.is_nonconformity]
    issued = [each for each in rows if each.state.value not in ("draft", "withdrawn")]
    chosen = selection({})
    waiting = [each for each in issued if not each.settled and each.implemented_at is None]
    assert sum(chart_figures.ageing(people.manager, chosen).values()) == len(waiting)
    assert chart_figures.ageing(people.manager, chosen)["0"] == sum(
        each.original_due_on is not None and each.original_due_on >= today() for each in waiting
    )
    kept = chart_figures.on_time(people.manager, chosen)
    in_time = [
        each for each in issued
        if each.implemented_at and each.original_due_on and each.original_due_on <= chosen.last
        and clock.local(each.implemented_at).date() <= each.original_due_on
    ]  # fmt: skip
    assert sum(each.counts[chart_figures.IN_TIME] for each in kept) == len(in_time) > 0
    assert sum(each.counts[chart_figures.LATE] for each in kept) == 1
    again = chart_figures.repeats(people.manager, chosen)
    assert sum(each.total for each in again) == len(issued)
    assert sum(each.counts[chart_figures.FIRST] for each in again) == len(
        {(each.clause, each.department_id) for each in issued}
    )


def test_what_an_old_register_brought_in_later_still_came_first(app: Flask, people: People) -> None:
    present = factory.at(people, "issued")
    old = factory.at(people, "issued")
    old.raised_on = today() - timedelta(days=200)
    db.session.flush()
    assert old.id > present.id
    found = chart_figures.repeats(people.manager, selection({}))
    again = {each.first for each in found if each.counts[chart_figures.AGAIN]}
    assert again == {today().replace(day=1)}, "the present one is the repeat, not the old one"


def test_time_granted_later_does_not_move_the_month_nor_the_verdict(app: Flask, people: People) -> None:
    with clock.at(now() - timedelta(days=200)):
        subject = factory.at(people, "in_progress")
    before = chart_figures.on_time(people.manager, selection({}))
    subject.due_on = today() + timedelta(days=100)
    db.session.flush()
    assert chart_figures.on_time(people.manager, selection({})) == before
    assert sum(each.counts[chart_figures.WAITING] for each in before) == 1


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 0, "no case"),
        (3, 9, "3 of 9: too few for a rate"),
        (3, 10, "30 % (3 of 10)"),
        (0, 40, "0 % (0 of 40)"),
    ],
)
def test_too_few_cases_name_no_rate(app: Flask, part: int, whole: int, said: str) -> None:
    with app.test_request_context():
        assert chart_screens.rate(part, whole) == said


@pytest.mark.parametrize(
    "zone", ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Chatham", "UTC"]
)
@both_databases
def test_the_day_in_a_query_is_the_day_on_the_clocks(app: Flask, people: People, zone: str) -> None:
    subject, kept = factory.finding(people), clock.zone()
    clock.use_zone(zone)
    try:
        for month in (1, 3, 4, 9, 10, 11):
            for day in (1, 7, 25, 26, 28, 29):
                for hour in (0, 3, 6, 10, 12, 15, 16, 18, 22, 23):
                    subject.issued_at, subject.issued_by = (
                        datetime(2026, month, day, hour, 59, tzinfo=UTC),
                        people.lead,
                    )
                    db.session.flush()
                    found = db.session.scalar(select(local_days.local_day(Finding.issued_at)))
                    assert found == subject.issued_at.astimezone(ZoneInfo(zone)).date(), subject.issued_at
    finally:
        clock.use_zone(getattr(kept, "key", "UTC"))


# --- page, paper, workbook ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_shows_each_number_as_a_link_and_the_chart_knows_the_same(
    app: Flask, people: People, client_for: Callable[[Person], Any], language: str
) -> None:
    register(people)
    people.manager.language = language
    db.session.commit()
    client = client_for(people.manager)
    page = client.get("/findings/charts").text
    addresses = re.findall(r'<a href="(/findings/\?[^"]+)">([\d +]+)</a>', page)
    assert len(addresses) > 15
    for address, shown in addresses:
        rows = client.get(address.replace("&amp;", "&")).text
        total = sum(map(int, shown.split(" + ")))
        assert len(re.findall(r"<tr", rows)) - 1 == total, address
    assert page.count("data-chart") == 4


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_workbook_holds_the_counts_as_numbers_with_filters_and_charts(
    app: Flask, people: People, language: str
) -> None:
    register(people)
    with app.test_request_context():
        panels, table = chart_screens.drawn(people.manager, selection({}))
        book = load_workbook(BytesIO(chart_screens.made(people.manager, {}, language, "xlsx")))
    *tabs, matrix, _drawn = book.worksheets
    for panel, tab in zip(panels, tabs, strict=True):
        cells = [[cell.value for cell in row] for row in tab.iter_rows()]
        counts = [[count for count, _address in line.counts] for line in panel.lines]
        found = [row[1 : 1 + len(counts[0])] for row in cells if len(row) > 1 and isinstance(row[1], int)]
        assert found == counts, panel.key
        assert tab.auto_filter.ref
        assert tab.freeze_panes
        assert len(tab._charts) == 1
    numbers = [row[-1].value for row in matrix.iter_rows() if isinstance(row[-1].value, int)]
    assert numbers[-1] == table.totals[-1].count == sum(numbers[:-1])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_paper_holds_every_chart_with_its_numbers(app: Flask, people: People, language: str) -> None:
    register(people)
    with app.test_request_context():
        content = chart_screens.made(people.manager, {}, language, "pdf")
    text = "".join("".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())
    with app.test_request_context(headers={"Accept-Language": LANGUAGES[language]}):
        panels, _table = chart_screens.drawn(people.manager, selection({}))
    for panel in panels:
        for line in panel.lines:
            if language == "en":
                assert "".join(line.name.split()) in text, line.name
    assert (
        "Nonconformitiesbyclauseanddepartment" if language == "en" else "按条款和部门统计的不符合项"
    ) in text


def test_nothing_to_show_is_said_in_words(
    app: Flask, people: People, client_for: Callable[[Person], Any]
) -> None:
    db.session.commit()
    page = client_for(people.manager).get("/findings/charts").text
    assert page.count("No nonconformity in this selection") == 5  # four charts and the distribution table
    assert "data-chart" not in page
    assert client_for(people.manager).get("/findings/charts.pdf").status_code == 200
    assert client_for(people.manager).get("/findings/charts.xlsx").status_code == 200
    assert client_for(people.manager).get("/findings/charts.doc").status_code == 404
