"""The trends of the system itself: every number is as large as its list, on page, paper and in the workbook."""

from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from openpyxl import load_workbook
from pypdf import PdfReader

from audit_app.core import clock
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.findings import checks
from audit_app.findings.chart_figures import selection
from audit_app.findings.queries import ISSUED
from audit_app.indicators import register, system_audits, system_counts, system_panels, system_screens
from audit_app.indicators.system_counts import By, Outcome
from audit_app.indicators.trend import Movement
from audit_app.programme.models import AuditState
from tests.checklists import factory as checklists
from tests.findings import factory
from tests.findings.test_charts import LANGUAGES, WHO, listed
from tests.findings.test_charts import register as findings
from tests.people import People

GIVEN: tuple[dict[str, str], ...] = (
    {},
    {"grade": "major", "by": "process"},
    {"origin": "complaint", "by": "origin"},
    {"first_day": "2020-01-01", "last_day": str(today() + timedelta(days=40)), "by": "department"},
    {"first_day": str(today() - timedelta(days=45)), "by": "grade"},
    {"first_day": str(today() - timedelta(days=300)), "last_day": str(today() - timedelta(days=50))},
    {"first_day": "nonsense", "department": "x", "by": "moon", "view": "sun"},
)


@pytest.mark.parametrize("given", GIVEN)
def test_every_number_is_as_large_as_the_list_behind_it(
    app: Flask, people: People, given: dict[str, str]
) -> None:
    findings(people)
    checks.fail_check(factory.at(people, "effectiveness_due"), reason="It came back.", by=people.lead)
    db.session.flush()
    counted = 0
    for who in WHO:
        person = getattr(people, who)
        with app.test_request_context():
            found = system_screens.shown(person, given)
            for panel in found.panels:
                for line in panel.lines:
                    for count, address in line.counts:
                        if address:
                            assert listed(person, address) == count, (who, panel.key, line.name, address)
                            counted += count
            for heat in found.heats:
                for _name, cells in heat.rows:
                    for spot in cells:
                        assert not spot.address or listed(person, spot.address) == spot.number, spot.address
    assert counted, "the register must not be empty, or nothing is tested"


def test_open_and_age_are_those_of_the_last_day_of_each_month(app: Flask, people: People) -> None:
    findings(people)
    months = system_counts.flow(people.manager, selection({}))
    last = months[-1]
    assert last.last == today()
    assert last.open == listed(people.manager, f"?state={ISSUED}&grade=nc&open_on={today()}") > 0
    assert last.ages[3] == listed(
        people.manager, f"?state={ISSUED}&grade=nc&open_on={today()}&raised_to={today() - timedelta(days=91)}"
    )


def audits(people: People) -> None:
    """Two audits of one clause with evidence and without, one late, one cancelled."""
    programme = []
    for place, (value, note) in enumerate((("conform", ""), ("minor", "Missing."))):
        made = checklists.checklist(people, "Question?", code=f"IA-9{place}")
        made.items[0].clause = "8.6.1"
        checklists.answer(made.items[0], people.lead, value=value, note=note)
        made.audit.starts_on = made.audit.ends_on = today() - timedelta(days=200 - 100 * place)
        made.audit.state, made.audit.reported_at = (
            AuditState.REPORTED,
            now() - timedelta(days=195 - 150 * place),
        )
        programme.append(made.audit)
    for state in (AuditState.PLANNED, AuditState.CANCELLED):
        made = checklists.audit(people, code=f"IA-{state.value}")
        made.starts_on = made.ends_on = today() - timedelta(days=30)
        made.state = state
        made.cancel_reason = "The site was closed." if state is AuditState.CANCELLED else ""
    db.session.flush()


def test_audits_are_sorted_by_what_became_of_them(app: Flask, people: People) -> None:
    audits(people)
    found = system_counts.planned(people.manager, selection({}))
    assert sorted(system_counts.outcome(each).value for each in found) == sorted(
        [Outcome.ON_TIME, Outcome.LATE, Outcome.OVERDUE, Outcome.CANCELLED]
    )
    panel = system_audits.carried_out(found)
    assert sum(count for line in panel.lines for count, _address in line.counts) == 4


def test_two_audits_of_a_clause_are_compared_and_not_called_a_trend(app: Flask, people: People) -> None:
    audits(people)
    with app.test_request_context():
        found = system_screens.shown(people.manager, {"view": "clauses"})
        (name, cells) = found.heats[0].rows[0]
        assert name.startswith("8.6.1")
        assert [each.number for each in cells[:2]] == [100, 0]
        assert cells[-1].told == "worse, of few answers"
        bare = system_screens.shown(people.manager, {"view": "audits"}).panels[1]
        assert [line.counts[0][0] for line in bare.lines] == [1, 0]


def test_a_worsening_rate_is_called_worsening_and_few_cases_are_told(app: Flask, people: People) -> None:
    months = [system_counts.Month(2025, 1).plus(each) for each in range(24)]
    late = register.of_the_system()["ncf"]
    good = [(each, 90 if place < 23 else 50, 100) for place, each in enumerate(months)]
    assert system_panels.standing(late, good).movement is Movement.WORSENING
    few = system_panels.standing(late, [(each, 1, 1) for each in months])
    assert few.movement is Movement.TOO_FEW_CASES
    assert "Too few cases" in system_panels.told(few)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("view", ["findings", "audits", "clauses"])
def test_page_paper_and_workbook_hold_the_same_and_say_when_there_is_nothing(
    app: Flask, people: People, view: str, language: str
) -> None:
    with app.test_request_context(), clock.at(now()):
        for filled in (False, True):
            if filled:
                findings(people)
                audits(people)
            given = {"view": view, "by": "process"}
            paper = system_screens.made(people.manager, given, language, "pdf")
            text = "".join(page.extract_text() for page in PdfReader(BytesIO(paper)).pages)
            book = load_workbook(BytesIO(system_screens.made(people.manager, given, language, "xlsx")))
            words = {"en": ("No nonconformity", "No audit"), "zh": ("没有不符合", "没有审核")}[language]
            assert any(each in text for each in words) == (not filled), text
            if filled and view == "clauses":
                assert any("8.6.1" in str(row[0].value) for row in book.worksheets[0].iter_rows())
            assert len(book.worksheets) >= 2
    assert LANGUAGES


@pytest.mark.parametrize("view", ["findings", "audits", "clauses"])
def test_the_page_parses_full_and_empty(people, client_for, parsed, view):
    client = client_for(people.manager)
    assert "Nothing in this selection" in _get(client, parsed, view)
    findings(people)
    audits(people)
    assert "All kinds" not in _get(client, parsed, view)


def _get(client, parsed, view):
    page = client.get(f"/indicators/system?view={view}")
    assert page.status_code == 200
    parsed(page)
    return page.text


def test_kinds_have_a_name_in_every_sorting(app: Flask, people: People) -> None:
    findings(people)
    with app.test_request_context():
        for by in By:
            panels, heat = system_panels.panels(people.manager, selection({}), by)
            assert heat.rows
            assert all(name for name, _cells in heat.rows), by
            assert not panels[1].is_empty
