"""The verbs over whys and bones: who may, when, how deep, how many; nothing half done, everything in the trail."""

from typing import Any

import pytest

from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import answers, causes, chart_figures, pareto
from audit_app.findings.cause_models import CauseCategory, CauseKind, FindingCause
from audit_app.findings.cause_tree import chains, proposed_cause, ribs, trees, walk
from audit_app.findings.models import Finding, Grade
from audit_app.trail.queries import history
from tests.findings import factory
from tests.people import People


def why(subject: Finding, people: People, text: str = "The field is optional.", **more: Any) -> FindingCause:
    return causes.add(subject, text=text, by=people.owner, **more)


@pytest.fixture
def subject(people: People) -> Finding:
    """A finding whose cause is being looked for."""
    return factory.at(people, "corrected")


def test_a_chain_grows_branches_and_reads_as_a_tree(people: People, subject: Finding):
    first = why(subject, people, "  The desk \n can save. ", evidence="Tried it")
    second = why(subject, people, "The field is optional.", parent=first)
    branch = why(subject, people, "Nobody looks at it.", parent=first)
    bone = why(subject, people, "Moved in spring", kind=CauseKind.BONE, category=CauseCategory.TECHNOLOGY)
    found = trees(subject.causes)
    assert first.text == "The desk can save."
    assert [(each.node, each.depth) for each in walk(found)] == [
        (first, 1),
        (second, 2),
        (branch, 2),
        (bone, 1),
    ]
    assert [each.node for each in chains(found)] == [first]
    assert [each.node for each in ribs(found)[CauseCategory.TECHNOLOGY]] == [bone]
    why(subject, people, "No rules were taken over", parent=bone)
    assert [each.node for each in chains(trees(subject.causes))] == [first, bone]


def test_neighbours_change_places_and_the_end_is_a_sentence(people: People, subject: Finding):
    one, two = why(subject, people, "One"), why(subject, people, "Two")
    causes.move(subject, two, True, by=people.owner)
    assert [each.node for each in trees(subject.causes)] == [two, one]
    with pytest.raises(Refused):
        causes.move(subject, two, True, by=people.owner)
    with pytest.raises(Refused):
        causes.move(subject, one, False, by=people.owner)


def test_removing_takes_what_stands_below_and_the_trail_keeps_the_words(people: People, subject: Finding):
    first = why(subject, people, "First")
    why(subject, people, "Below", parent=why(subject, people, "Second", parent=first))
    kept = why(subject, people, "Kept")
    assert causes.remove(subject, first, by=people.owner) == 3
    assert subject.causes == [kept]
    entry = next(each for each in history(subject) if each.action == "finding.cause_remove")
    assert entry.facts["details"]["before"] == ["First", "Second", "Below"]


def test_marked_roots_are_proposed_as_the_cause(people: People, subject: Finding):
    why(subject, people, "No root")
    for text in ("Root one", "Root two"):
        causes.mark(subject, why(subject, people, text), True, by=people.owner)
    assert proposed_cause(subject.causes) == "Root one\nRoot two"
    causes.mark(subject, subject.causes[-1], False, by=people.owner)
    assert proposed_cause(subject.causes) == "Root one"


def test_only_who_answers_changes_it_and_only_while_it_is_looked_for(people: People):
    for state in ("issued", "proposed", "planned", "closed"):
        made = factory.at(people, state)
        with pytest.raises(Refused):
            why(made, people)
    made = factory.at(people, "accepted")
    for person in (people.owner2, people.auditor, people.reader):
        with pytest.raises(Refused):
            causes.add(made, text="x", by=person)
    assert causes.add(made, text="x", by=people.manager).id
    assert why(factory.at(people, "analysed"), people).id


def test_limits_are_sentences(people: People, subject: Finding):
    for words in ({"text": " "}, {"text": "x" * 501}, {"text": "x", "evidence": "y" * 1001}):
        with pytest.raises(Refused):
            causes.add(subject, by=people.owner, **words)
    with pytest.raises(Refused):
        why(subject, people, kind=CauseKind.BONE)
    other = factory.at(people, "corrected")
    with pytest.raises(Refused):
        why(subject, people, parent=why(other, people))
    node = why(subject, people)
    for _step in range(causes.DEEPEST - 1):
        node = why(subject, people, parent=node)
    with pytest.raises(Refused):
        why(subject, people, parent=node)
    for _step in range(causes.MOST - len(subject.causes)):
        why(subject, people)
    with pytest.raises(Refused):
        why(subject, people)
    assert len(subject.causes) == causes.MOST


def test_a_refused_change_leaves_everything_as_it_was(people: People, subject: Finding):
    node = why(subject, people)
    db.session.commit()
    with pytest.raises(Refused):
        causes.edit(subject, node, text="", evidence="z", by=people.owner)
    db.session.rollback()
    assert (node.text, node.evidence) == ("The field is optional.", "")


def test_a_cause_without_its_kind_is_refused(people: People, subject: Finding):
    with pytest.raises(Refused):
        answers.analyse(subject, cause="x", similar_cases="y", by=people.owner)
    assert subject.cause == ""
    answers.analyse(
        subject, cause="x", similar_cases="y", cause_category=CauseCategory.SUPPLIER, by=people.owner
    )
    answers.restate(
        subject, cause="z", similar_cases="y", cause_category=CauseCategory.PEOPLE, by=people.owner
    )
    assert (subject.cause, subject.cause_category) == ("z", CauseCategory.PEOPLE)


def test_the_pareto_counts_what_the_person_sees_and_adds_up(people: People):
    for category, count in ((CauseCategory.PEOPLE, 1), (CauseCategory.PROCESS, 3)):
        for _step in range(count):
            factory.at(people, "analysed").cause_category = category
    factory.at(people, "issued")
    factory.at(people, "issued", Grade.OBSERVATION)
    factory.at(people, "draft")
    db.session.flush()
    day = factory.today()
    chosen = chart_figures.Selection(day, day)
    found, _cells = chart_figures.raised(people.manager, chosen)
    assert [(each.category, each.count) for each in found] == [
        (CauseCategory.PROCESS, 3), (CauseCategory.PEOPLE, 1), (None, 1),
    ]  # fmt: skip
    assert [each.cumulative for each in found] == [75.0, 100.0, None]
    assert chart_figures.raised(people.owner2, chosen) == ([], [])
    assert pareto.bars([]) == []
