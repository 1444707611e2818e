"""Life of a template version, generated from the table."""

import pytest

from audit_app.checklists import questions, services
from audit_app.checklists.models import VersionState
from audit_app.checklists.workflow import VERSION, double_clauses
from audit_app.core.errors import Refused
from tests.checklists import factory


@pytest.mark.parametrize("step", VERSION.steps, ids=lambda step: step.name)
@pytest.mark.parametrize("state", list(VersionState), ids=str)
def test_a_step_starts_only_in_the_states_of_its_row(people, step, state):
    version = factory.draft(people)
    version.state = state
    assert VERSION.allows(step.name, version, people.lead) is (state in step.frm)


@pytest.mark.parametrize("step", VERSION.steps, ids=lambda step: step.name)
@pytest.mark.parametrize("who", ["auditor", "owner", "boss", "reader", "admin"])
def test_only_those_who_may_edit_templates_take_a_step(people, step, who):
    version = factory.draft(people)
    version.state = step.frm[0]
    with pytest.raises(Refused, match="role does not allow"):
        VERSION.fire(step.name, version, by=getattr(people, who))


def test_an_empty_checklist_cannot_be_published(people):
    version = services.add_template(title_en="Empty", by=people.lead)
    with pytest.raises(Refused, match="at least one question"):
        services.publish(version, by=people.lead)


def test_a_clause_that_stands_twice_in_its_section_is_named(people):
    version = factory.draft(people)
    questions.add_question(
        version, clause="8.6.1", section="8.6", assessable=True, prompt_en="Again?", by=people.lead
    )
    with pytest.raises(Refused, match=r"8\.6\.1"):
        services.publish(version, by=people.lead)


def test_the_same_number_in_two_sections_is_no_double(people):
    version = factory.draft(people)
    questions.add_question(
        version, clause="8.6.1", section="other", assessable=True, prompt_en="X?", by=people.lead
    )
    assert double_clauses(version.questions) == []
    assert services.publish(version, by=people.lead).state is VersionState.PUBLISHED


def test_publishing_a_new_version_replaces_the_old_one(people):
    first = factory.published(people)
    second = services.new_version(first.template, by=people.lead)
    assert [q.clause for q in second.questions] == [q.clause for q in first.questions]
    services.publish(second, by=people.lead)
    assert (first.state, second.state, second.number) == (VersionState.RETIRED, VersionState.PUBLISHED, 2)
