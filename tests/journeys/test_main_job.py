"""The whole job once, as people do it, on an empty database of either kind (PostgreSQL with -m long): from the first administrator to the
approved management review. Nothing is mocked: the product's own commands, a real browser, real logs."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from tests.databases import POSTGRESQL, SQLITE, Databases
from tests.journeys import reporting, steps, things
from tests.journeys.house import ROOT, Product
from tests.live import Browsers

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DATA = ROOT / "tests" / "data"
ISO = re.compile("20000")


@pytest.fixture(params=[SQLITE, pytest.param(POSTGRESQL, marks=[pytest.mark.postgres, pytest.mark.long])])
def product(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[Product]:
    """The product over an empty database: no table is there yet."""
    with databases.fresh(request.param, tmp_path, schema=False) as url:
        made = Product(tmp_path / "data", "" if request.param == SQLITE else url)
        yield made
        made.stop()


def test_from_an_empty_database_to_an_approved_review(product: Product, browser: Browser, tmp_path: Path):
    password = product.create_admin("admin@example.org")
    product.serve()
    browsers = Browsers(browser, product.url)
    office = steps.Office(browsers)
    try:
        the_organisation_is_described(office, password)
        audit = an_audit_is_planned(office)
        finding, code = the_audit_finds_a_major_nonconformity(office, audit, tmp_path)
        it_is_answered_and_verified(office, finding, code, tmp_path)
        real_logs_are_imported(office)
        the_next_day_begins(office, product)
        review = the_review_is_prepared(office)
        pack, book = it_is_held_and_approved(office, review, tmp_path)
        the_files_say_what_happened(pack, book, code)
        assert "Nothing was tampered with." in product.run("verify")
    finally:
        office.close()
    assert browsers.complaints == []
    assert "Traceback" not in product.stop()


def the_next_day_begins(office: steps.Office, product: Product) -> None:
    """The server is started again a day later: a review meets after the last audit report (R12)."""
    office.close()
    assert "Traceback" not in product.stop()
    product.serve(days_later=1)
    office.browsers.url = product.url


def the_organisation_is_described(office: steps.Office, password: str) -> None:
    admin = office.desk(steps.Administrator, "admin@example.org", password)
    admin.describe_the_organisation()
    admin.add_site("HQ", "Head office", "总部")
    admin.add_department("OPS", "Operations", "运维部", "Head office")
    admin.add_department("DEV", "Development", "开发部", "Head office")
    admin.add_department("QMO", "Quality office", "质量管理部", "Head office")
    for name, email, roles, department in (
        ("Mia Manager", "manager@example.org", ["Audit programme manager"], "Quality office"),
        ("Leo Lead", "lead@example.org", ["Lead auditor"], "Quality office"),
        ("Ana Auditor", "auditor@example.org", ["Auditor"], "Quality office"),
        ("Olga Owner", "owner@example.org", ["Process owner"], "Operations"),
        ("Otto Owner", "owner2@example.org", ["Process owner", "Auditor"], "Development"),
        ("Ben Boss", "boss@example.org", ["Top management"], None),
    ):
        admin.add_person(name, email, roles, department)
    admin.load_processes()
    admin.give_process("Incident management", "Olga Owner", "Operations")
    admin.give_process("Change management", "Otto Owner", "Development")


def an_audit_is_planned(office: steps.Office) -> int:
    manager = office.manager
    manager.write_programme("Audit programme of the year")
    audit = manager.plan_audit(
        "Incident and change management", ["^INC ", "^CHG "], ["Operations", "Development"],
        ["Olga Owner", "Otto Owner"],
    )  # fmt: skip
    manager.is_refused_an_auditor_of_the_own_area("Otto Owner")
    manager.sees_who_lacks_competence("Leo Lead", "Ana Auditor")
    for name in ("Leo Lead", "Ana Auditor"):
        manager.record_competence(name)
    manager.open(f"/programme/audits/{audit}/team")
    manager.choose_team("Leo Lead", ["Ana Auditor"])
    justify_what_is_left_out(manager, "Covered by the full audit before certification; nothing changed.")
    office.boss.approve_programme()
    manager.notify(audit)
    return audit


def justify_what_is_left_out(manager: steps.Manager, reason: str) -> None:
    """What no audit of the year covers gets its reason, or top management cannot approve."""
    manager.menu("Audit programme")
    manager.main.get_by_role("link", name="What is left out").first.click()
    expect(manager.main.get_by_role("button", name="Justify the ticked ones")).to_be_visible()
    for box in manager.main.locator("input[name=gaps]").all():
        box.check()
    manager.form({"Reason why they are not audited this year": reason}, "Justify the ticked ones")
    manager.sees(reason)


def the_audit_finds_a_major_nonconformity(office: steps.Office, audit: int, folder: Path) -> tuple[int, str]:
    lead = office.lead
    lead.start(audit)
    lead.add_checklist(audit, ISO)
    auditor = office.auditor
    auditor.begin_fieldwork(audit)
    auditor.turn_to("8.5.1.1")
    auditor.answer("Conform", "The change policy of March names all change categories.")
    auditor.turn_to("8.5.1.2")
    auditor.answer("Minor NC", "Two of ten changes have no risk assessment: CHG-104, CHG-131.")
    auditor.turn_to("8.5.1.3")
    auditor.answer("N.A.", "No emergency change took place in the period.")
    auditor.turn_to("8.6.1")
    major = auditor.raise_major_with_photo(
        things.photo(folder),
        "Major incidents are closed without a review by management.",
        "Seven of seven major incidents of May were closed without review: INC0010023 and six more.",
        "Operations, service desk, ticket system",
    )
    auditor.begin_fieldwork(audit)
    minor = auditor.writes_up_the_minor(
        "8.5.1.2",
        "Changes are built without a risk assessment.",
        "Two of ten: CHG-104 and CHG-131.",
        "Development",
    )
    code = lead.issue(major)
    lead.issue(minor)
    conclusion = "Incident management does not conform in one point; change management conforms."
    reporting.write(lead, audit, conclusion)
    reporting.approve_the_major_grades(office.manager, audit, code)
    reporting.issue(lead, audit, conclusion)
    return major, code


def it_is_answered_and_verified(office: steps.Office, finding: int, code: str, folder: Path) -> None:
    record = folder / "minutes of the first review.txt"
    record.write_text(
        "Review of INC0010023 on Monday: cause found, change CHG-140 raised.\n", encoding="utf-8"
    )
    owner = office.owner
    owner.finds_it_in_my_work(code)
    owner.accept(finding, "The seven major incidents were reviewed afterwards.")
    owner.plan(
        finding,
        cause="The closing form has no step for a review, because majors were handled by mail before the tool came.",
        similar="Problems and service requests looked at: 40 records, all with their reviews.",
        action="Closing a major incident asks for the minutes of its review",
    )
    office.lead.approve_the_plan(finding)
    owner.do_the_action(
        finding, "Closing a major incident asks", "The form was changed on Monday; 14 people were told."
    )
    owner.attach_evidence(finding, record)
    owner.report(finding)
    auditor = office.auditor
    auditor.verify(finding, "Seen: the changed form and the minutes of INC0010023.")


def real_logs_are_imported(office: steps.Office) -> None:
    manager = office.manager
    manager.import_tickets(DATA / "incident_event_log.csv.zip", "ServiceNow incident log")
    manager.import_outages(DATA / "outages.csv", "Status page outages", "99.9")
    manager.sees_the_figures("SLA", "39.86", "76.70", "77.52")


DECISION = "Hire two people for the service desk"
TOMORROW, DUE = things.today() + timedelta(days=1), things.today() + timedelta(days=90)


def the_review_is_prepared(office: steps.Office) -> int:
    manager = office.manager
    period = date(2016, 1, 1), things.today()
    review = manager.plan_review(
        "Management review of the year", TOMORROW, period, ["Leo Lead", "Olga Owner"]
    )
    manager.open_the_inputs(review)
    manager.ask_for_a_decision(review, {
        "What is to be decided": DECISION, "Why": "SLA fell to 39.86 % in March 2016.",
        "Options and cost": "Two people: 900,000 a year. A tool: 400,000 once.", "Resources": "900,000 a year",
    })  # fmt: skip
    manager.write_all_inputs(
        review,
        {
            "c1": "One major nonconformity was answered and verified.",
            "h": "Availability missed its target of 99.9 %.",
        },
        {
            "a": "This is the first review.",
            "e": "No survey was held in the period.",
            "k": "The register is new.",
        },
    )
    return review


def it_is_held_and_approved(office: steps.Office, review: int, folder: Path) -> tuple[Path, Path]:
    manager = office.manager
    manager.record_the_meeting(review, ["Ben Boss", "Leo Lead"], {
        "Minutes": "The figures were looked at one by one.", "Suitability": "The system fits the organisation.",
        "Adequacy": "The service desk has too few people.", "Effectiveness": "SLA recovered to 77.52 %.",
        "Next review": things.today() + timedelta(days=180),
    })  # fmt: skip
    boss = office.boss
    boss.take_the_decision(review, "Olga Owner", DUE)
    boss.approve_the_review(review)
    pack, book = (boss.keep_the_pack(review, kind, folder) for kind in ("pdf", "xlsx"))
    owner = office.owner
    owner.open("/")
    owner.sees(DECISION)
    return pack, book


def the_files_say_what_happened(pack: Path, book: Path, code: str) -> None:
    paper = "\n".join(page.extract_text() for page in PdfReader(pack).pages)
    cells = [cell for sheet in load_workbook(book) for row in sheet.iter_rows() for cell in row]
    sheet = "\n".join(str(cell.value) for cell in cells if cell.value is not None)
    for text in (code, DECISION, "Olga Owner"):
        assert text in " ".join(paper.split()), text
        assert text in sheet, text
    for figure in ("39.86", "76.70", "77.52"):
        assert figure in paper, figure
        assert any(
            isinstance(cell.value, int | float) and abs(cell.value - float(figure)) < 0.005 for cell in cells
        ) or (
            any(
                isinstance(cell.value, int | float) and abs(cell.value * 100 - float(figure)) < 0.005
                for cell in cells
            )
        ), figure
    for service, *months in (
        ("Backend Production", "99.323 % in 2025-11", "99.412 % in 2025-12"),
        ("SaaS Production", "99.591 % in 2025-11"),
    ):
        assert f"{service}: target ≥ 99.9 % missed: {', '.join(months)}" in " ".join(paper.split()), service
    assert DUE.strftime("%Y") in paper
