"""Programme, appointment and certificates in the dossier: the version in force, competence, waivers."""

import io
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from pypdf import PdfReader

from audit_app.competence import services as competence
from audit_app.competence.models import Basis, Skill
from audit_app.competence.services import Evaluation
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.demo.files import Upload
from audit_app.dossiers import making
from audit_app.evidence import services as evidence
from audit_app.programme import waivers
from audit_app.programme.models import TeamRole
from audit_app.programme.waiver_models import WaiverKind
from tests.programme import factory as programme


def made(to, audit=None, language="en"):
    out = BytesIO()
    if audit is None:
        making.of_year(today().year, language, out, lambda *_said: None, to=to)
    else:
        making.of_audit(audit.id, language, out, lambda *_said: None, to=to)
    return ZipFile(out)


def text_of(archive, part):
    (name,) = [each for each in archive.namelist() if part in each and each.endswith(".pdf")]
    pages = PdfReader(io.BytesIO(archive.read(name))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def approved_twice(people):
    """An audit that was approved, moved with a reason, and approved again."""
    audit = programme.plan_audit(people, rationale="Three outages in half a year.")
    year = programme.approve(people, audit.programme)
    programme.services.edit_audit(
        audit, kind=audit.kind, title="Incidents and requests", criteria=audit.criteria,
        starts_on=audit.starts_on, ends_on=audit.ends_on, processes=audit.processes,
        departments=audit.departments, auditees=audit.auditees,
        change_reason="The room is being rebuilt.", by=people.manager,
    )  # fmt: skip
    programme.services.approve_changes(year, "An audit was moved.", by=people.boss)
    db.session.commit()
    return audit


def test_a_programme_that_was_never_approved_says_so_and_is_marked_a_draft(people):
    audit = programme.plan_audit(people)
    said = text_of(made(people.manager, audit), f"{audit.programme.code}.pdf")
    assert "No version of this programme was approved" in said
    assert "not approved yet" in said


def test_what_is_printed_is_the_version_as_approved_and_not_what_stands_today(people):
    audit = programme.plan_audit(people, rationale="Three outages in half a year.")
    programme.approve(people, audit.programme)
    was = audit.title
    audit.title, audit.programme.objectives = "Something else", "Other objectives"
    db.session.commit()
    said = text_of(made(people.manager), "-V1.pdf")
    assert was in said
    assert "Find out" in said
    assert "Other objectives" not in said
    assert people.boss.name in said
    assert "Changed since, and not approved yet" in said


def test_each_process_has_its_reason_and_what_is_left_out_has_one_too(people):
    audit = programme.plan_audit(people, rationale="Three outages in half a year.")
    programme.approve(people, audit.programme)
    said = text_of(made(people.manager), "-V1.pdf")
    assert f"{audit.code}: Three outages in half a year." in said
    assert "Audited last year, nothing changed." in said


def test_a_later_version_shows_the_difference_and_why_and_the_earlier_lies_beside_it(people):
    audit = approved_twice(people)
    archive = made(people.manager)
    said = text_of(archive, "-V2.pdf")
    assert "Difference to the version before" in said
    assert "An audit was moved." in said
    assert "The room is being rebuilt." in said
    assert "This is the first version that was approved." in text_of(archive, "-V1.pdf")
    assert audit.code in said


def test_the_file_of_an_audit_holds_the_version_in_force_when_it_began(people):
    audit = approved_twice(people)
    first, second = audit.programme.versions
    audit.started_at = first.approved_at + (second.approved_at - first.approved_at) / 2
    db.session.commit()
    names = made(people.manager, audit).namelist()
    assert any(name.endswith("-V1.pdf") for name in names)
    assert not any(name.endswith("-V2.pdf") for name in names)


@pytest.fixture
def waived(people):
    """An audit whose member was waived, with a trainee and a technical expert beside."""
    audit = programme.plan_audit(people, processes=[people.slm], departments=[], auditees=[people.owner2])
    asked = waivers.ask(
        audit, people.auditor2, WaiverKind.INDEPENDENCE, "Only he reads the tool.", "The lead reads again.",
        by=people.manager,
    )  # fmt: skip
    waivers.approve_waiver(asked, by=people.boss)
    seats = [(people.auditor2, TeamRole.AUDITOR), (people.auditor, TeamRole.TRAINEE)]
    programme.services.set_team(audit, people.lead, seats, by=people.manager)
    programme.approve(people, audit.programme)
    return audit


def test_the_appointment_names_roles_dates_waivers_and_who_appointed(people, waived):
    said = text_of(made(people.manager, waived), f"{waived.code}-A.pdf")
    for words in ("Lead auditor", "Auditor", "Trainee", people.lead.name, people.auditor.name,
                  str(waived.starts_on), str(waived.ends_on), "Only he reads the tool.",
                  "The lead reads again.", people.boss.name, "a waiver is approved, see below",
                  people.manager.name, "do not audit their own work"):  # fmt: skip
        assert words in said, words
    assert "Choose another person" not in said


def test_the_appointment_says_that_nothing_is_waived_and_that_nobody_is_tied(people):
    audit = programme.plan_audit(people)
    said = text_of(made(people.manager, audit), f"{audit.code}-A.pdf")
    assert "Nothing is waived in this audit." in said
    assert "found no tie" in said


def test_competence_stands_in_the_appointment_as_it_was_on_the_first_day_with_its_certificate(people):
    audit = programme.plan_audit(people)
    expired = competence.add(
        people.lead, Skill.DISCIPLINE,
        Evaluation(Basis.EXAM, "Course on storage, 8 hours", today() - timedelta(days=400),
                   today() - timedelta(days=30), None, "East Lake"),
        area="Storage", by=people.manager,
    )  # fmt: skip
    page = b"%PDF-1.4 a certificate"
    evidence.attach(expired, Upload("Certificate.pdf", page), by=people.manager)
    archive = made(people.manager, audit)
    said = text_of(archive, f"{audit.code}-A.pdf")
    assert "Course on storage, 8 hours" in said
    assert "Not valid" in said
    (name,) = [each for each in archive.namelist() if "Certificate" in each]
    assert name.startswith("02 Appointment of the audit team/")
    assert archive.read(name) == page


def test_a_certificate_of_somebody_in_two_audits_lies_in_the_file_once(people):
    record = competence.add(
        people.lead, Skill.DISCIPLINE,
        Evaluation(Basis.EXAM, "Course", today() - timedelta(days=4), None, None, "East Lake"),
        area="Storage", by=people.manager,
    )  # fmt: skip
    evidence.attach(record, Upload("Certificate.pdf", b"%PDF-1.4 a certificate"), by=people.manager)
    programme.plan_audit(people)
    programme.plan_audit(people, title="Second")
    assert sum("Certificate" in each for each in made(people.manager).namelist()) == 1


def test_records_of_competence_are_kept_from_who_may_not_read_them(people):
    audit = programme.plan_audit(people)
    programme.run_audit(people, audit, until="notify")
    said = text_of(made(people.owner, audit), f"{audit.code}-A.pdf")
    assert "Records of competence are shown to auditors" in said
