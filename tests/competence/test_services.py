"""Recording, renewing and withdrawing competence: what is kept, and each refusal with its sentence."""

from datetime import date, timedelta

import pytest

from audit_app.competence import services
from audit_app.competence.models import Basis, Competence, Skill, Standing
from audit_app.competence.services import Evaluation
from audit_app.competence.standards import HOME, standards_in
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.trail import queries as trail


def judged(people, **facts):
    """A sound evaluation of today, by the manager, for three years."""
    wanted = {
        "basis": Basis.TRAINING,
        "grounds": "Course of 16 hours.",
        "awarded_on": today(),
        "ends_on": today() + timedelta(days=1000),
        "evaluated_by": people.manager,
    }
    return Evaluation(**{**wanted, **facts})


def add(people, person=None, skill=Skill.AUDITING, *, scope=None, **facts):
    return services.add(
        person or people.owner, skill, judged(people, **facts), **(scope or {}), by=people.manager
    )


def test_one_evaluation_of_three_skills_makes_three_records_in_the_trail(people):
    made = services.add_several(
        people.owner, ["leading", "auditing", "standard"], judged(people), standard=HOME, by=people.manager
    )
    assert [(each.skill, each.standard) for each in made] == [
        (Skill.LEADING, ""),
        (Skill.AUDITING, ""),
        (Skill.STANDARD, HOME),
    ]
    assert [entry.action for entry in trail.history(made[0])] == ["competence.add"]


@pytest.mark.parametrize(
    ("facts", "field", "words"),
    [
        ({"grounds": "  "}, "grounds", "on what grounds"),
        ({"awarded_on": 1}, "awarded_on", "lies in the future"),
        ({"ends_on": -1}, "ends_on", "before the day of the evaluation"),
        ({"evaluated_by": None}, "evaluated_by", "Say who evaluated it"),
    ],
)
def test_an_unsound_evaluation_is_refused_at_its_field(people, facts, field, words):
    facts = {
        name: today() + timedelta(days=each) if isinstance(each, int) else each
        for name, each in facts.items()
    }
    with pytest.raises(Refused, match=words) as refused:
        add(people, **facts)
    assert refused.value.field == field
    assert db.session.query(Competence).filter_by(person_id=people.owner.id).count() == 0


def test_nobody_evaluates_themselves_but_a_body_outside_may_have(people):
    with pytest.raises(Refused, match="Nobody evaluates their own competence"):
        add(people, people.owner, evaluated_by=people.owner)
    assert add(people, people.owner, evaluated_by=None, issuer="CCAA 2024-N1").issuer == "CCAA 2024-N1"


def test_somebody_without_access_gets_no_competence(people):
    people.owner.active = False
    with pytest.raises(Refused, match="Olga Owner cannot sign in any more"):
        add(people)


@pytest.mark.parametrize(
    ("skill", "scope", "field"),
    [
        (Skill.STANDARD, {"standard": "ISO 1"}, "standard"),
        (Skill.STANDARD, {}, "standard"),
        (Skill.DISCIPLINE, {"area": " "}, "area"),
    ],
)
def test_a_standard_or_an_area_has_to_be_named(people, skill, scope, field):
    with pytest.raises(Refused) as refused:
        add(people, skill=skill, scope=scope)
    assert refused.value.field == field


def test_no_skill_is_no_record(people):
    with pytest.raises(Refused, match="at least one skill"):
        services.add_several(people.owner, [], judged(people), by=people.manager)


def test_the_same_competence_twice_at_once_is_refused_by_name_and_days(people):
    add(people)
    with pytest.raises(Refused, match=f"Olga Owner has this competence already from {today():%-d %b %Y}"):
        add(people, ends_on=None)
    add(people, skill=Skill.LEADING)
    add(people, awarded_on=today() - timedelta(days=900), ends_on=today() - timedelta(days=1))


def test_records_over_different_sections_do_not_overlap(people):
    add(people, skill=Skill.STANDARD, scope={"standard": HOME, "clauses": ["8.6"]})
    made = add(people, skill=Skill.STANDARD, scope={"standard": HOME, "clauses": ["10", "9"]})
    assert made.clauses == ["9", "10"]


def test_renewing_makes_a_new_record_and_keeps_the_old(people):
    old = add(people, awarded_on=today() - timedelta(days=30), ends_on=today() + timedelta(days=10))
    assert old.standing is Standing.SOON
    new = services.renew(old, judged(people), by=people.manager)
    db.session.refresh(old)
    assert (old.standing, new.standing, new.renews) == (Standing.RENEWED, Standing.CURRENT, old)
    with pytest.raises(Refused, match="renewed already"):
        services.renew(old, judged(people), by=people.manager)


def test_a_renewal_is_later_and_lasts_longer(people):
    old = add(people)
    with pytest.raises(Refused, match="evaluated later"):
        services.renew(old, judged(people), by=people.manager)
    old.awarded_on = date(2020, 1, 1)
    with pytest.raises(Refused, match="ends no later"):
        services.renew(old, judged(people, ends_on=old.ends_on), by=people.manager)


def test_a_withdrawal_counts_from_today_and_says_why(people):
    record = add(people)
    with pytest.raises(Refused, match="Say why"):
        services.withdraw(record, " ", by=people.manager)
    services.withdraw(record, "Failed observation", by=people.manager)
    assert not record.covers_day(today())
    assert record.standing is Standing.WITHDRAWN
    for refused in (
        lambda: services.withdraw(record, "Again", by=people.manager),
        lambda: services.renew(record, judged(people), by=people.manager),
    ):
        with pytest.raises(Refused, match="revoked"):
            refused()


def test_the_last_day_itself_still_counts(people):
    record = add(people, awarded_on=today() - timedelta(days=5), ends_on=today())
    assert record.covers_day(today())
    assert not record.covers_day(today() + timedelta(days=1))
    assert not record.covers_day(today() - timedelta(days=6))
    record.ends_on = today() - timedelta(days=1)
    assert record.standing is Standing.EXPIRED


@pytest.mark.parametrize(
    ("criteria", "standards"),
    [
        ("ISO/IEC 20000-1:2018; our procedures", [HOME]),
        ("GB/T 24405.1, ISO/IEC 20000-1 and ISO/IEC 27001", [HOME, "ISO/IEC 27001:2022"]),
        ("our own procedures", [HOME]),
        ("ISO 9001", ["ISO 9001:2015"]),
        ("ISO 19001 draft", [HOME]),
    ],
)
def test_the_standards_of_an_audit_are_read_from_its_criteria(criteria, standards):
    assert list(standards_in(criteria)) == standards
