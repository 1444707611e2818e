"""What the report tells of waivers, meetings and diverging opinions, compiled from rows of the database."""

from datetime import time
from decimal import Decimal

from audit_app.agenda import meetings
from audit_app.agenda.models import MeetingKind
from audit_app.checklists import services as checklist_services
from audit_app.checklists.models import ResponseKind
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.frozen import Name, digest
from audit_app.programme import waivers
from audit_app.programme.models import TeamRole
from audit_app.programme.waiver_models import WaiverKind
from audit_app.reports import queries
from audit_app.reports.compile import compile_report
from audit_app.reports.tree import CODEC, Tie
from tests.checklists import factory as checklists
from tests.checklists.test_kinds_in_audits import kinds_of
from tests.programme import factory as programme
from tests.reports import factory


def report_of(people, audit):
    db.session.expire_all()
    return compile_report(queries.report_of(queries.get_audit(audit.id, to=people.lead)), to=people.lead)


def waived_audit(people, *, approve=True):
    audit = programme.plan_audit(people, processes=[people.slm], departments=[], auditees=[people.owner2])
    asked = waivers.ask(
        audit, people.auditor2, WaiverKind.INDEPENDENCE, "Nobody else knows the tool.",
        "The lead reads every record again.", by=people.manager,
    )  # fmt: skip
    if approve:
        waivers.approve_waiver(asked, by=people.boss)
    return audit


def test_an_approved_waiver_is_told_with_reason_measure_and_approver(people):
    audit = waived_audit(people)
    programme.services.set_team(audit, people.lead, [(people.auditor2, TeamRole.AUDITOR)], by=people.manager)
    (told,) = report_of(people, audit).waivers
    assert (told.person, told.reason) == (people.auditor2.name, "Nobody else knows the tool.")
    assert (told.measure, told.approved_by) == ("The lead reads every record again.", people.boss.name)
    assert told.approved_on == today()
    assert told.what.en
    assert told.what.zh
    assert report_of(people, audit).ties
    assert all(isinstance(each, Tie) for each in report_of(people, audit).ties)


def test_a_waiver_that_was_only_asked_for_is_not_told(people):
    assert report_of(people, waived_audit(people, approve=False)).waivers == ()


def test_meetings_are_told_with_hour_place_and_everybody_who_was_there(people):
    audit = factory.audited(people)
    meetings.record_meeting(
        audit, MeetingKind.OPENING, day=today(), begins=time(0, 1), ends=time(0, 2), place="Room 3",
        people=[people.lead, people.owner], guests=[("Guest of a supplier", "Account manager")],
        by=people.lead,
    )  # fmt: skip
    (told,) = report_of(people, audit).meetings
    assert (told.kind, told.place) == ("opening", "Room 3")
    assert told.at is not None
    assert set(told.present) == {people.lead.name, people.owner.name, "Guest of a supplier"}


def test_opinions_that_stayed_open_are_told_and_settled_ones_are_not(people):
    audit = factory.audited(people)
    for about, settled in (("Grade of the first finding", ""), ("A word", "Was corrected.")):
        meetings.record_opinion(
            audit, who="Ola", words="The record was found later.", about=about, settled=settled,
            by=people.lead,
        )  # fmt: skip
    (told,) = report_of(people, audit).differences
    assert told.person == "Ola"
    assert told.words == "Grade of the first finding: The record was found later."


def test_a_row_by_clause_carries_the_title_of_the_clause_and_not_of_an_own_question(people):
    checklists.shipped()
    audit = factory.audited(people, "conform")  # an own checklist: "Question 0" on 8.6.1
    told = {each.code: each.name for each in report_of(people, audit).by_clause}
    assert told["8.6.1"].en == "Incident management"
    assert told["8.6.1"].zh == "事件管理"


def test_a_clause_that_no_library_knows_keeps_the_title_of_its_question(people):
    audit = factory.audited(people, "conform")
    (row,) = report_of(people, audit).by_clause
    assert row.name == Name("", "")


def test_the_maturity_of_a_process_is_told_where_it_was_asked(people):
    audit = factory.audited(people, "conform")
    assert not report_of(people, audit).levelled
    version = kinds_of(people, (ResponseKind.SCORE, {}), (ResponseKind.SCORE, {}), (ResponseKind.SCORE, {}))
    checklist_services.publish(version, by=people.lead)
    made = checklist_services.add_checklist(audit, version, by=people.lead)
    items = [item for item in made.items if item.assessable]
    for number, (item, reply) in enumerate(zip(items, ("4", "3", "1"), strict=True), 50):
        item.process = people.inc
        checklists.answer(item, people.auditor, value="conform", reply=reply, device_seq=number)
    report = report_of(people, audit)
    assert report.levelled
    assert {each.code: each.maturity for each in report.by_process} == {people.inc.code: Decimal("2.67")}
    assert CODEC.read(CODEC.write(report)) == report


def test_a_report_kept_before_maturity_was_told_reads_and_writes_as_on_its_day(people):
    report = report_of(people, factory.audited(people, "conform"))
    text = CODEC.write(report)
    assert "maturity" not in text
    assert CODEC.sound(text, digest(text))
