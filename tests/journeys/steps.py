"""Who does what in the story: each person's work on the screens, in the order of the day."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import expect

from tests.journeys.desk import Desk
from tests.journeys.team import TeamChoice
from tests.journeys.things import today
from tests.live import Browsers

PASSWORD = "a long enough password"
Person = TypeVar("Person", bound=Desk)


class Administrator(Desk):
    """Makes the people and the organisation."""

    def describe_the_organisation(self) -> None:
        """Name and scope, as they stand on every document."""
        self.open("/organisation/edit")
        self.form({
            "Name in English": "Harbour IT Services", "Name in Chinese": "海港信息技术服务",
            "Scope of the management system in English": "IT services for the port", "Start of document codes": "SMS",
        })  # fmt: skip

    def add_site(self, code: str, english: str, chinese: str) -> None:
        """A place."""
        self.open("/organisation/sites/new")
        self.form({"Code": code, "Name in English": english, "Name in Chinese": chinese})

    def add_department(self, code: str, english: str, chinese: str, site: str) -> None:
        """A unit."""
        self.open("/organisation/departments/new")
        self.form({"Code": code, "Name in English": english, "Name in Chinese": chinese, "Site": site})

    def add_person(self, name: str, email: str, roles: list[str], department: str | None = None) -> None:
        """Somebody who can sign in from now on."""
        self.open("/organisation/people/new")
        facts: dict[str, Any] = {"Name": name, "E-mail address": email, "Language": "English", "Roles": roles}
        if department:
            facts["Department"] = department
        self.form({**facts, "First password": PASSWORD})
        self.heading(f"{name} can sign in")

    def load_processes(self) -> None:
        """The processes that the standard knows."""
        self.open("/organisation/processes")
        self.press("Load the processes of the standard")
        self.confirm()
        self.sees("Incident management", "Change management")

    def give_process(self, process: str, owner: str, department: str) -> None:
        """A process gets its owner."""
        self.open("/organisation/processes")
        self.follow(process)
        self.form({"Process owner": owner, "Department": department})


class Manager(TeamChoice):
    """Plans the year and the audits, prepares the review."""

    def write_programme(self, title: str) -> None:
        """The programme of this year."""
        self.menu("Audit programme")
        self.follow("Write a programme")
        objectives = "Every process once; incident handling in depth."
        self.form({"Title": title, "Objectives": objectives, "Programme manager": "Mia Manager"})
        self.heading(title)

    def plan_audit(
        self, title: str, processes: list[str], departments: list[str], auditees: list[str]
    ) -> int:
        """An audit for today, with scope; its number."""
        self.menu("Audit programme")
        self.follow("Plan an audit")
        self.form({
            "Title": title, "First day": today(), "Last day": today(),
            "Objective": "Are incidents handled as agreed?", "Processes": [re.compile(each) for each in processes],
            "Departments": departments, "Sites": ["Head office"], "Auditees": auditees,
        }, "Save and choose the team")  # fmt: skip
        return self.number

    def notify(self, audit: int) -> None:
        """Tell auditees and team."""
        self.open(f"/programme/audits/{audit}")
        self.step("Notify auditees and team")
        self.sees("Notified")

    def close_the_audit(self, audit: int) -> None:
        """Everything settled."""
        self.open(f"/programme/audits/{audit}")
        self.step("Close the audit")

    # --- real logs ---------------------------------------------------------------------------------------------------
    def import_tickets(self, log: Path, profile: str) -> None:
        """A ticket log through the screens: choose, look, confirm."""
        self.open("/indicators/import/tickets")
        self.form({"File": log, "How the log is written": profile}, "Look at the file")
        self.sees("Figures that would be stored", "2016-03", "Nothing is stored yet.")
        self.submit("Import")
        self.taken_in(log)

    def taken_in(self, log: Path) -> None:
        """A long log is stored while its page tells how far it is; the end of it is the page of the import."""
        self.page.wait_for_url(re.compile(r"/indicators/imports/\d+$"), timeout=180_000)
        self.heading(log.name)

    def import_outages(self, log: Path, profile: str, target: str) -> None:
        """An outage log the same way, with the target that was agreed."""
        self.open("/indicators/import/outages")
        self.form({"File": log, "How the log is written": profile, "Availability target in percent": target},
                  "Look at the file")  # fmt: skip
        self.sees("Figures that would be stored", "2025-12")
        self.submit("Import")
        self.taken_in(log)

    def sees_the_figures(self, code: str, *figures: str) -> None:
        """The page of an indicator shows these months."""
        self.open(f"/indicators/?q={code}")
        with self.page.expect_navigation():
            self.main.locator("tbody tr", has_text=re.compile(rf"\b{code}\b")).first.get_by_role(
                "link"
            ).first.click()
        self.open(f"/indicators/{self.number}?span=all")
        self.sees(*figures)

    # --- the management review ---------------------------------------------------------------------------------------
    def plan_review(
        self, title: str, meets_on: date, period: tuple[date, date], participants: list[str]
    ) -> int:
        """When, about which period, who; its number."""
        self.menu("Management reviews")
        self.follow("Plan a review")
        self.fill({"Title": title, "Meeting": meets_on, "Place": "Board room", "Period from": period[0],
                   "Period to": period[1], "Chair": "Ben Boss", "Prepared by": "Mia Manager",
                   "Participants": [re.compile(f"^{name}") for name in participants]})  # fmt: skip
        self.submit()
        return self.number

    def open_the_inputs(self, review: int) -> None:
        """Fourteen inputs, each with what the data say."""
        self.open(f"/reviews/{review}")
        self.step("Start preparing")
        expect(self.main.locator("#inputs tbody tr")).to_have_count(14)

    def ask_for_a_decision(self, review: int, facts: dict[str, Any]) -> None:
        """What top management is to decide."""
        self.open(f"/reviews/{review}/decisions/new")
        self.form(facts)

    def write_all_inputs(self, review: int, texts: dict[str, str], nothing: dict[str, str]) -> None:
        """An assessment for each letter, or why there is nothing to report."""
        self.open(f"/reviews/{review}")
        links = self.main.locator("#inputs tbody a")
        rows = [(each.inner_text(), each.get_attribute("href") or "") for each in links.all()]
        assert len(rows) == 14, rows
        for title, address in rows:
            key = re.split(r"[)\s]", title)[0]
            self.open(address)
            if key in nothing:
                self.form(
                    {
                        "There is nothing to report": True,
                        "Reason why there is nothing to report": nothing[key],
                    }
                )
            else:
                self.form({"Assessment": texts.get(key, f"Looked at for {title}: in order.")})

    def record_the_meeting(self, review: int, present: list[str], facts: dict[str, Any]) -> None:
        """Who came, what was said, and the conclusion."""
        self.open(f"/reviews/{review}")
        self.main.get_by_role("link", name="Record the meeting", exact=True).first.click()
        self.form({"Who attended": [re.compile(f"^{name}") for name in present], **facts})
        self.sees("Meeting held")


class Boss(Desk):
    """Top management: approves the programme, leads and approves the review."""

    def approve_programme(self) -> None:
        """The plan is approved before the first audit starts."""
        self.menu("Audit programme")
        self.step("Approve the programme")
        self.sees("Approved")

    def take_the_decision(self, review: int, owner: str, due: date) -> None:
        """Decided, with owner and date."""
        self.open(f"/reviews/{review}")
        self.main.locator("#decisions").get_by_role("link", name="Record as decided").click()
        self.form({"Who carries it out": owner, "Due": due})
        self.sees("Decided")

    def approve_the_review(self, review: int) -> None:
        """Freezes the pack."""
        self.open(f"/reviews/{review}")
        self.step("Approve and freeze", {"Your password": PASSWORD})
        self.sees("Approved and frozen", "Frozen on approval: every download is the same file.", "SHA-256")

    def keep_the_pack(self, review: int, kind: str, folder: Path) -> Path:
        """The pack as a file; a PDF opens in the browser, so it is fetched with the same sign-in."""
        words = {"pdf": "PDF English", "xlsx": "Excel English"}[kind]
        self.open(f"/reviews/{review}")
        address = self.main.get_by_role("link", name=words).get_attribute("href")
        reply = self.page.request.get(address or "")
        assert reply.ok, reply.status
        path = folder / f"pack.{kind}"
        path.write_bytes(reply.body())
        return path


class Lead(Desk):
    """Leads the audit."""

    def add_checklist(self, audit: int, title: re.Pattern[str]) -> None:
        """The audit's own copy of the library's questions."""
        self.open(f"/audits/{audit}/checklists/add")
        self.fill({"Checklist": title})
        self.submit("Add")
        self.sees("0 / 4")

    def start(self, audit: int) -> None:
        """Opening meeting."""
        self.open(f"/programme/audits/{audit}")
        self.step("Start the audit")
        self.sees("In progress")

    def issue(self, finding: int) -> str:
        """Read through and issue; the finding's code."""
        self.open(f"/findings/{finding}")
        self.step("Issue")
        self.sees("Issued")
        return self.page.title().split()[0]

    def approve_the_plan(self, finding: int) -> None:
        """Cause and plan convince; the day of the check is proposed."""
        self.open(f"/findings/{finding}")
        self.step("Approve the plan")
        self.sees("Plan approved")


class Auditor(Desk):
    """Asks, sees and writes on a tablet."""

    def begin_fieldwork(self, audit: int) -> None:
        """The screen for asking."""
        self.open(f"/audits/{audit}/fieldwork")
        expect(self.page.locator("#fw[data-ready=yes]")).to_be_visible()

    def turn_to(self, clause: str) -> None:
        """The question of a clause."""
        opener = self.page.locator("#fw-open-list")
        if opener.is_visible():
            opener.tap()
        self.page.locator(".fw-row", has=self.page.get_by_text(clause, exact=True)).first.tap()
        expect(self.page.locator("#fw-clause")).to_have_text(clause)

    def answer(self, verdict: str, note: str) -> None:
        """One tap for the verdict, words for the reason; waits until the server has it."""
        if verdict == "N.A.":
            self.page.locator("#fw-note").fill(note)
        self.page.locator("#fw-verdicts").get_by_role("button", name=verdict, exact=True).tap()
        self.page.locator("#fw-note").fill(note)
        self.page.locator("#fw-note").blur()
        expect(
            self.page.locator("#fw-verdicts").get_by_role("button", name=verdict, exact=True)
        ).to_have_attribute("aria-pressed", "true")
        self.saved()

    def saved(self) -> None:
        """The screen says that the server has everything."""
        expect(self.page.locator("#fw-state:not([aria-busy])")).to_contain_text(re.compile("saved", re.I))

    def raise_major_with_photo(self, photo: Path, wrong: str, seen: str, where: str) -> int:
        """Three taps: major, photo, write finding. Then three sentences. The finding's number."""
        self.page.locator("#fw-verdicts").get_by_role("button", name="Major NC", exact=True).tap()
        with self.page.expect_file_chooser() as chooser:
            self.page.locator("label.fw-file", has_text="Take a photo").tap()
        chooser.value.set_files(photo)
        expect(self.page.locator("#fw-thumbs li")).to_have_count(1)
        expect(self.page.locator("#fw-thumbs li a img")).to_be_visible()
        self.saved()
        return self.write_finding(wrong, seen, where)

    def writes_up_the_minor(self, clause: str, wrong: str, seen: str, where: str) -> int:
        """The minor one becomes a finding too; its number."""
        self.turn_to(clause)
        return self.write_finding(wrong, seen, where)

    def write_finding(self, wrong: str, seen: str, where: str) -> int:
        """In the page of the question; the chip with the code comes when the server has it. Its number."""
        self.page.locator("#fw-write").tap()
        for name, words in (("nonconformity", wrong), ("objective_evidence", seen), ("location", where)):
            self.page.locator(f"#fw-finding-form [name={name}]").fill(words)
        self.page.get_by_role("button", name="Save as draft").tap()
        chip = self.page.locator("#fw-written a[href*='/findings/']").last
        return int((chip.get_attribute("href") or "").rpartition("/")[2])

    def verify(self, finding: int, note: str) -> None:
        """Looks at the evidence; somebody who did not do the work."""
        self.open(f"/findings/{finding}")
        self.step("Verify", {"Note": note})
        self.sees("Verified")


class Owner(Desk):
    """Answers for a process."""

    def finds_it_in_my_work(self, code: str) -> None:
        """What waits for me is on the first page."""
        self.open("/")
        self.sees(code)

    def accept(self, finding: int, correction: str) -> None:
        """Agree, and put the case right."""
        self.open(f"/findings/{finding}")
        self.step("Accept", {"Correction": correction, "Corrected on": today()})

    def plan(self, finding: int, *, cause: str, similar: str, action: str) -> None:
        """Cause, similar cases, and what removes the cause."""
        self.open(f"/findings/{finding}")
        self.open(f"/findings/{finding}/step/analyse")
        self.main.locator("label", has_text="Process and rules").first.click()
        self.form({"Cause": cause, "Similar cases": similar}, "State the cause")
        self.step("Propose the plan", {
            "Corrective action": action, "Until when": today() + timedelta(days=20),
            "How it will be seen that it worked": "The next three major incidents have their review.",
        })  # fmt: skip

    def do_the_action(self, finding: int, action: str, note: str) -> None:
        """Carry it out and say so."""
        self.open(f"/findings/{finding}")
        self.follow(action)
        self.step("Report done", {"Note": note})

    def attach_evidence(self, finding: int, file: Path) -> None:
        """The record that shows it."""
        self.open(f"/findings/{finding}")
        self.page.locator("#evidence input[data-drop-all]").set_input_files(file)
        with self.page.expect_navigation():
            self.page.locator("#evidence").get_by_role("button", name="Attach").click()
        self.sees(file.name)

    def report(self, finding: int) -> None:
        """Everything is done: please verify."""
        self.open(f"/findings/{finding}")
        self.step("Report actions done")
        self.sees("Actions implemented")


@dataclass
class Office:
    """Everybody's windows: each person signs in once and comes back to the same window."""

    browsers: Browsers
    desks: dict[str, Any] = field(default_factory=dict)

    def desk(
        self, kind: type[Person], email: str, password: str = PASSWORD, viewport: str = "desk"
    ) -> Person:
        """A person at their window."""
        if email not in self.desks:
            self.desks[email] = kind(self.browsers.sign_in(email, password, viewport))
        desk: Person = self.desks[email]
        return desk

    def close(self) -> None:
        """Everybody goes home."""
        self.browsers.close()
        self.desks.clear()

    @property
    def manager(self) -> Manager:
        """Mia plans and prepares."""
        return self.desk(Manager, "manager@example.org")

    @property
    def boss(self) -> Boss:
        """Ben decides."""
        return self.desk(Boss, "boss@example.org")

    @property
    def lead(self) -> Lead:
        """Leo leads the audit."""
        return self.desk(Lead, "lead@example.org")

    @property
    def auditor(self) -> Auditor:
        """Ana audits, with a tablet in her hands."""
        return self.desk(Auditor, "auditor@example.org", viewport="tablet")

    @property
    def owner(self) -> Owner:
        """Olga answers for operations."""
        return self.desk(Owner, "owner@example.org")
