"""What a year leaves out needs a reason; each approval freezes a version that can be compared."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import NotVisible, Refused
from audit_app.programme import gaps, services, versions
from audit_app.programme.versions import Change
from tests.programme.factory import approve, justify_rest, plan_audit, plan_year


@pytest.fixture
def programme(people):
    """A draft with one audit of incident management in June of next year."""
    plan = plan_year(people, today().year + 1)
    plan_audit(people, plan)
    db.session.refresh(plan)
    return plan


def edit(people, audit, **facts):
    wanted = {
        "kind": audit.kind, "title": audit.title, "criteria": audit.criteria, "starts_on": audit.starts_on,
        "ends_on": audit.ends_on, "processes": audit.processes, "departments": audit.departments,
        "auditees": audit.auditees, "by": people.manager,
    } | facts  # fmt: skip
    return services.edit_audit(audit, **wanted)


def test_what_is_left_out_is_said_in_words(programme):
    said = [str(gap.words) for gap in gaps.of(programme)]
    assert "Clause 4.1 is not covered by any audit of this year." in said
    assert "The process CHG Change management is not covered by any audit of this year." in said
    assert not any("8.6.1" in words for words in said)


def test_a_gap_blocks_the_approval_until_somebody_gives_the_reason(people, programme):
    with pytest.raises(Refused, match=r"Not covered by any audit of this year: 4\.1"):
        services.approve_programme(programme, by=people.boss)
    values = [gap.value for gap in gaps.of(programme)]
    gaps.justify(programme, values[1:], "Audited last year", by=people.manager)
    with pytest.raises(Refused, match=r"this year: 4\.1\. Plan"):
        services.approve_programme(programme, by=people.boss)
    gaps.justify(programme, values[:1], "No change", by=people.manager)
    services.approve_programme(programme, by=people.boss)
    assert {(each.reason, each.by) for each in programme.gaps} == {
        ("Audited last year", people.manager),
        ("No change", people.manager),
    }


@pytest.mark.parametrize(
    ("wanted", "reason", "field"),
    [
        ([], "R", "gaps"),
        (["clause:4.1"], " ", "reason"),
        (["clause:8.6.1"], "R", "gaps"),
        (["x"], "R", "gaps"),
    ],
)
def test_a_justification_without_reason_or_subject_is_refused_and_keeps_nothing(
    people, programme, wanted, reason, field
):
    with pytest.raises(Refused) as refused:
        gaps.justify(programme, wanted, reason, by=people.manager)
    assert refused.value.field == field
    assert programme.gaps == []


def test_a_reason_can_be_worded_anew_and_taken_back(people, programme):
    gaps.justify(programme, ["clause:4.1"], "First", by=people.manager)
    gaps.justify(programme, ["clause:4.1"], "Second", by=people.lead)
    assert [(each.reason, each.by) for each in programme.gaps] == [("Second", people.lead)]
    gaps.withdraw(programme, "clause:4.1", by=people.manager)
    assert "clause:4.1" in {gap.value for gap in gaps.unjustified(programme)}
    with pytest.raises(Refused, match="already"):
        gaps.withdraw(programme, "clause:4.1", by=people.manager)


def test_an_audit_outside_its_programme_year_is_refused_in_a_sentence(people, programme):
    before = len(programme.audits)
    with pytest.raises(Refused, match=f"The programme is for {programme.year}") as refused:
        plan_audit(people, programme, starts_on=today(), ends_on=today())
    assert refused.value.field == "starts_on"
    db.session.refresh(programme)
    assert len(programme.audits) == before


# --- versions ------------------------------------------------------------------------------------------------


def test_approval_freezes_the_programme_as_it_stands(people, programme):
    approve(people, programme)
    version, before = versions.get(programme, 1)
    audit = programme.audits[0]
    assert before is None
    assert (version.code, version.approved_by, version.objectives) == (
        f"{programme.code}/1", people.boss, programme.objectives,
    )  # fmt: skip
    assert [(each.code, each.lead, each.scope["processes"]) for each in version.audits] == [
        (audit.code, "Leo Lead", ["INC"])
    ]
    assert {each.reason for each in version.gaps} == {"Audited last year, nothing changed."}
    assert len(version.gaps) == len(programme.gaps)


@pytest.mark.parametrize("table", ["programme_version", "programme_version_audit", "programme_version_gap"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_a_version_can_never_be_changed(people, programme, table, verb):
    approve(people, programme)
    db.session.commit()
    with pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(text(verb.format(table)))
    db.session.rollback()


def test_later_changes_make_a_new_version_with_the_difference_and_its_reasons(people, programme):
    gone = plan_audit(people, programme, title="Gone")
    moved = plan_audit(people, programme, title="Moved")
    approve(people, programme)
    services.cancel(gone, "Merged with another", by=people.manager)
    later = moved.starts_on + timedelta(days=7)
    edit(people, moved, starts_on=later, ends_on=later, change_reason="Owner abroad")
    added = plan_audit(people, programme, title="Added", rationale="A new supplier")
    db.session.refresh(programme)
    services.approve_changes(programme, "Summer plan", by=people.boss)
    after, before = versions.get(programme, 2)
    found = {each.code: each for each in versions.difference(before.audits, after.audits)}
    assert {code: (each.change, each.reason) for code, each in found.items()} == {
        gone.code: (Change.REMOVED, "Merged with another"),
        moved.code: (Change.MOVED, "Owner abroad"),
        added.code: (Change.ADDED, "A new supplier"),
    }
    assert [(str(label), was, now) for label, was, now in found[moved.code].facts] == [
        ("First day", later - timedelta(days=7), later),
        ("Last day", later - timedelta(days=7), later),
    ]
    assert (after.reason, programme.revision_reason) == ("Summer plan", "")
    assert versions.since_approval(programme) == ([], [])


def test_an_approved_audit_does_not_change_without_a_reason(people, programme):
    audit = programme.audits[0]
    edit(people, audit, title="Draft title")
    approve(people, programme)
    with pytest.raises(Refused, match="Say why it changes") as refused:
        edit(people, audit, title="Another title")
    assert refused.value.field == "change_reason"
    db.session.rollback()


def test_what_has_not_changed_needs_no_new_version(people, programme):
    approve(people, programme)
    services.notify(programme.audits[0], by=people.manager)
    with pytest.raises(Refused, match="nothing new to approve"):
        services.approve_changes(programme, "Again", by=people.boss)
    with pytest.raises(Refused, match="Say why the programme changes"):
        services.approve_changes(programme, " ", by=people.boss)
    with pytest.raises(NotVisible):
        versions.get(programme, 2)


def test_a_revised_programme_keeps_why_in_its_next_version(people, programme):
    approve(people, programme)
    services.revise_programme(programme, "New service", by=people.manager)
    approve(people, programme)
    assert [each.reason for each in versions.of(programme)] == ["", "New service"]


def test_a_justification_worded_anew_is_a_change_to_approve(people, programme):
    approve(people, programme)
    gaps.justify(programme, ["clause:4.1"], "Another reason", by=people.manager)
    audits, changed = versions.since_approval(programme)
    assert audits == []
    assert [(each.key, each.before, each.after) for each in changed] == [
        ("4.1", "Audited last year, nothing changed.", "Another reason")
    ]


def test_a_gap_that_a_cancelled_audit_leaves_blocks_the_next_version(people, programme):
    approve(people, programme)
    keep = plan_audit(people, programme, processes=[people.slm], departments=[], auditees=[people.owner2])
    services.cancel(programme.audits[0], "No time", by=people.manager)
    db.session.refresh(programme)
    assert keep in programme.audits
    with pytest.raises(Refused, match=r"8\.6\.1"):
        services.approve_changes(programme, "Less", by=people.boss)
    justify_rest(people, programme)
    services.approve_changes(programme, "Less", by=people.boss)
