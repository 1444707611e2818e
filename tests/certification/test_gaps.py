"""The gap list is made of the gap audit itself; there is no second list."""

from datetime import date

import pytest
import time_machine

from audit_app.certification import gaps
from audit_app.core.errors import Refused
from audit_app.findings import action_services, answers
from audit_app.findings import services as findings
from audit_app.findings.models import Grade
from audit_app.programme.models import AuditKind
from tests.certification import factory
from tests.findings import factory as found
from tests.house.world import answer


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(factory.NOW, tick=True):
        yield


@pytest.fixture
def audit(people):
    return factory.audit(people, AuditKind.GAP, date(2026, 10, 5))


def issued(people, audit, grade, **given):
    made = found.finding(people, grade, audit=audit, by=people.manager, **given)
    return findings.issue(made, by=people.lead)


def plan(gap, people, **given):
    facts = {
        "measure": "Name an owner",
        "owner": people.owner,
        "due_on": date(2026, 12, 20),
        "by": people.manager,
    }
    return gaps.plan_gap(gap, **(facts | given))


def test_a_nonconformity_is_planned_by_its_actions_and_by_nothing_else(people, audit):
    subject = answers.accept(issued(people, audit, Grade.MINOR), correction="Done at once", by=people.owner)
    action = found.corrective(people, subject)
    row = gaps.gaps(audit, to=people.manager).rows[0]
    assert (row.measures, row.owners, row.due, row.progress) == (
        (action.title,),
        ("Olga Owner",),
        action.due_on,
        0,
    )
    with pytest.raises(Refused, match="its plan is its actions"):
        plan(row, people)
    action_services.done(action, note="Field is mandatory.", by=people.owner)
    assert gaps.gaps(audit, to=people.manager).rows[0].progress == gaps.HALF


def test_a_lighter_finding_gets_one_plan_row_and_its_progress(people, audit):
    issued(people, audit, Grade.OBSERVATION)
    plan(gaps.gaps(audit, to=people.manager).rows[0], people, progress=40)
    listed = gaps.gaps(audit, to=people.manager)
    assert (listed.planned, listed.done, listed.progress) == (1, 0, 40)
    plan(listed.rows[0], people, progress=100, note="Owner named in the portal.")
    assert gaps.gaps(audit, to=people.manager).done == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"measure": " "}, "Say what will be done"),
        ({"owner": None}, "Name who does it"),
        ({"due_on": None}, "until when"),
        ({"progress": 120}, "percentage"),
        ({"progress": 100}, "showing what was done"),
    ],
)
def test_each_missing_part_of_a_plan_has_its_sentence(people, audit, given, sentence):
    issued(people, audit, Grade.OFI)
    row = gaps.gaps(audit, to=people.manager).rows[0]
    with pytest.raises(Refused, match=sentence):
        plan(row, people, **given)
    assert gaps.gaps(audit, to=people.manager).rows[0].plan is None


def test_only_who_plans_audits_writes_the_plan(people, audit):
    issued(people, audit, Grade.OFI)
    with pytest.raises(Refused, match="does not plan how gaps"):
        plan(gaps.gaps(audit, to=people.manager).rows[0], people, by=people.reader)


def test_drafts_are_no_gaps_yet(people, audit):
    found.finding(people, Grade.OBSERVATION, audit=audit, by=people.manager)
    assert gaps.gaps(audit, to=people.manager).rows == ()


def test_an_answer_without_a_finding_stands_in_the_list_and_one_with_a_finding_only_once(people):
    from audit_app.checklists import services as checklists
    from audit_app.programme.models import AuditState

    audit = factory.audit(people, AuditKind.GAP, date(2026, 11, 24), done=False)
    audit.state = AuditState.IN_PROGRESS
    version = next(each for each in checklists.load_shipped(by=None) if "20000" in each.template.key)
    checklist = checklists.add_checklist(audit, version, clauses=["8.6"], by=people.lead)
    items = [each for each in checklist.items if each.assessable]
    answer(items[0], 1, "minor", "No record of priorities", people.lead)
    answer(items[1], 2, "conform", "Ten records seen", people.lead)
    answer(items[2], 3, "observation", "Nobody searches", people.lead)
    issued(people, audit, Grade.MINOR, item=items[0], clause=items[0].clause)
    rows = gaps.gaps(audit, to=people.manager).rows
    assert [(row.kind, row.clause) for row in rows] == [
        ("finding", items[0].clause),
        ("item", items[2].clause),
    ]
    plan(rows[1], people, progress=10)
    assert gaps.gaps(audit, to=people.manager).rows[1].owners == ("Olga Owner",)
