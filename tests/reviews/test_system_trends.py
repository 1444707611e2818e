"""The trends of the system in the pack: by kind beside the time before, by age, by quarter, clause by clause."""

from datetime import date
from io import BytesIO

import pytest
import time_machine
from html5lib import parse
from openpyxl import load_workbook
from pypdf import PdfReader

from audit_app.checklists.models import ResponseKind
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.exports.values import speaking
from audit_app.findings.models import Finding, FindingState, Grade, Origin
from audit_app.programme.models import AuditState
from audit_app.reviews import exports, nonconformities
from audit_app.reviews.compile import compile_pack
from audit_app.reviews.compile_trends import parts, quarter_name
from audit_app.reviews.origins import key_of
from audit_app.reviews.pack import Table, from_json, to_json
from audit_app.reviews.telling import bare, tell
from tests.checklists import factory as checklists
from tests.findings.factory import many
from tests.people import People
from tests.reviews import factory


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(factory.TODAY, tick=True):
        yield


def nonconforming(people: People, since: date, count: int) -> None:
    many(people, count, since=since)
    issued = Finding.__table__.update().where(Finding.state == FindingState.ISSUED)
    db.session.execute(issued.values(grade=Grade.MINOR))


@pytest.fixture
def pack(people):
    nonconforming(people, date(2025, 8, 1), 30)
    nonconforming(people, date(2025, 11, 20), 60)
    db.session.query(Finding).filter(Finding.clause == "8.2").update({"origin": Origin.COMPLAINT})
    held(people)
    return compile_pack(factory.ready(people))


def held(people: People) -> None:
    """Two audits of a clause, one of a score; one audit late, one cancelled."""
    for place, value in enumerate(("conform", "minor")):
        made = checklists.checklist(people, "Question?", "How mature?", code=f"SMS-IA-2026-9{place}")
        for item in made.items:
            item.clause = "8.6.1"
        made.items[1].kind = ResponseKind.SCORE
        checklists.answer(made.items[0], people.lead, value=value, note="Seen.")
        checklists.answer(made.items[1], people.lead, value="conform", reply=str(2 + place))
        made.audit.starts_on = made.audit.ends_on = date(2026, 1 + 3 * place, 20)
        made.audit.state, made.audit.reported_at = AuditState.REPORTED, now().replace(month=4, day=25)
    for state in (AuditState.PLANNED, AuditState.CANCELLED):
        made = checklists.audit(people, code=f"IA-{state.value}")
        made.starts_on = made.ends_on = date(2026, 5, 20)
        made.state, made.cancel_reason = state, "Closed." if state is AuditState.CANCELLED else ""
    db.session.flush()


def table(pack, key):
    return next(
        block
        for one in pack.inputs
        for block in one.blocks
        if isinstance(block, Table) and key_of(block.title) == key
    )


KINDS = ("grades", "clauses", "processes", "departments", "origins")


@pytest.mark.parametrize("kind", KINDS)
def test_quarters_of_a_kind_add_up_and_the_time_before_stands_beside(pack, kind):
    found = table(pack, f"table.nc_{kind}")
    assert found.columns[2].title.key == "col.before"
    assert [column.title for column in found.columns[3:]] == ["2025-Q4", "2026-Q1", "2026-Q2"]
    for row in found.rows:
        assert row[1] == sum(each or 0 for each in row[3:])
    assert sum(row[1] for row in found.rows) == 48
    assert sum(row[2] for row in found.rows) == 24
    counts = [row[1] for row in found.rows]
    assert counts == sorted(counts, reverse=True)


def test_without_any_record_before_nothing_is_compared(people):
    nonconforming(people, date(2026, 1, 8), 4)
    pack = compile_pack(factory.ready(people))
    assert [row[2] for row in table(pack, "table.nc_clauses").rows] == [None] * 3
    said = [block.said.key for one in pack.inputs for block in one.blocks if hasattr(block, "said")]
    assert "nc.compared" not in said


@pytest.mark.parametrize(
    ("period", "before"),
    [
        ((date(2026, 1, 1), date(2026, 6, 30)), (date(2025, 7, 1), date(2025, 12, 31))),
        ((date(2024, 2, 1), date(2024, 2, 29)), (date(2024, 1, 1), date(2024, 1, 31))),
        ((date(2026, 1, 1), date(2026, 6, 15)), (date(2025, 7, 19), date(2025, 12, 31))),
        ((date(2026, 3, 10), date(2026, 3, 10)), (date(2026, 3, 9), date(2026, 3, 9))),
    ],
)
def test_the_time_before_is_just_as_long(period, before):
    assert nonconformities.before(*period) == before


def test_a_long_period_is_counted_by_years():
    assert parts(date(2024, 1, 1), date(2025, 12, 31))[-1] == "2025-Q4"
    assert parts(date(2023, 12, 31), date(2025, 12, 31)) == ["2023", "2024", "2025"]
    assert {quarter_name(date(2026, month, 1)) for month in (10, 11, 12)} == {"2026-Q4"}


def test_the_ages_of_a_day_are_those_of_what_was_open_on_it(pack):
    found = table(pack, "table.nc_ages")
    assert [row[0] for row in found.rows] == [date(2025, 12, 31), date(2026, 3, 31), date(2026, 5, 31)]
    for row in found.rows:
        assert sum(bare(each) for each in row[1:-1]) == row[-1] > 0


def test_a_quarter_of_the_programme_says_what_became_of_its_audits(pack):
    rows = {row[0]: [bare(each) for each in row[1:]] for row in table(pack, "table.programme_quarters").rows}
    assert rows["2026-Q1"][:6] == [1, 0, 1, 0, 0, 0]  # reported three months after it ended
    assert rows["2026-Q2"][:6] == [3, 1, 0, 1, 0, 1]
    assert float(rows["2026-Q2"][6]) == 50


def test_a_clause_is_shown_by_audit_with_numbers_and_a_word(pack):
    found = table(pack, "table.clause_conformity")
    assert [dict(column.title.facts)["short"] for column in found.columns[1:3]] == [
        "IA-2026-90",
        "IA-2026-91",
    ], "year and number alone would read as a month"
    (row,) = found.rows
    assert [int(bare(each)) for each in row[1:3]] == [100, 50]
    assert [each.tone for each in row[1:3]] == ["good", "bad"]
    assert row[3] == 2
    assert row[4].key == "value.few", "two answers are too few to be called worse without saying so"
    (levels,) = table(pack, "table.clause_maturity").rows
    assert [int(bare(each)) for each in levels[1:3]] == [2, 3]


def test_page_paper_and_workbook_tell_the_same_counts(client_for, people, pack):
    found = table(pack, "table.nc_clauses")
    assert len(found.rows) == found.limit + 1, "the one row too many is shown, not counted"
    paper = " ".join(
        page.extract_text() for page in PdfReader(BytesIO(exports.render(pack, "en", "pdf"))).pages
    )
    assert "+1 more" not in paper
    book = load_workbook(BytesIO(exports.render(pack, "en", "xlsx")))
    kept = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
    db.session.commit()
    page = client_for(people.manager).get("/reviews/1/pack").get_data()
    rows = [
        ["".join(cell.itertext()).strip() for cell in line.iter("td")]
        for line in parse(page, namespaceHTMLElements=False).iter("tr")
    ]
    for row in found.rows:
        with speaking("en"):
            told = list(map(tell, row))
        assert told[0] == "8.1 Operational control and service delivery" or " " not in told[0]
        assert told in rows
        assert (told[0], *row[1:]) in kept
        assert " ".join(told) in " ".join(paper.split())


def test_the_trends_stand_in_the_canonical_text(pack):
    assert from_json(to_json(pack)) == pack
