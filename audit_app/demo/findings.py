"""The chapter of the findings: each is raised, answered and verified by the people whose turn it is."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from audit_app.core import clock
from audit_app.demo import files, more_time, visits
from audit_app.demo.audits import close_if_settled, last_day
from audit_app.demo.story import Story, texts
from audit_app.evidence import services as evidence
from audit_app.findings import action_services as actions
from audit_app.findings import answers, causes, checks, policy
from audit_app.findings import services as findings
from audit_app.findings.cause_models import CauseCategory, CauseKind
from audit_app.findings.models import NONCONFORMITY, ActionKind, Finding, Grade, Origin, Proof

FILES = ("findings-1", "findings-2", "findings-3", "findings-light")
USUAL = {"accept": 4, "plan": 9, "close_after": 92, "verify_after": 7}
FIRST_DONE, STEP = 38, 6
CHECK_AFTER = 30
"""Days from the last promised action to the check of effectiveness, as agreed with the plan."""
AHEAD = ("corrected", "analysed", "proposed", "planned", "implemented", "verified", "closed")
"""How far a nonconformity has come; each includes those before it."""


def tell(story: Story) -> None:
    """Put the events of all fifty findings on the list."""
    audits = {each["key"]: each["facts"] for each in texts("audits")["audits"]}
    for name in FILES:
        for entry in texts(name):
            Plot(story, entry, audits.get(entry["facts"].get("audit"))).write()


@dataclass
class Plot:
    """The plot of one finding: who does what, how many days after its issue."""

    story: Story
    entry: dict[str, Any]
    audit: dict[str, Any] | None

    @property
    def facts(self) -> dict[str, Any]:
        """What the file says of it."""
        found: dict[str, Any] = self.entry["facts"]
        return found

    @property
    def words(self) -> dict[str, Any]:
        """Its texts in the language of the demo."""
        found: dict[str, Any] = self.story.said(self.entry)
        return found

    @property
    def finding(self) -> Finding:
        """The record, once it was raised."""
        found: Finding = self.story.findings[self.entry["key"]]
        return found

    @property
    def grade(self) -> Grade:
        """Its grade."""
        return Grade(self.facts["grade"])

    @property
    def issued(self) -> int:
        """Day of issue, counted from the day of the build."""
        if self.audit is None:
            return -int(self.facts["days_ago"])
        return min(last_day(self.story, self.audit), -1)

    def person(self, key: str, default: str) -> Any:
        """Somebody named in the file, or whoever usually does it."""
        return self.story.people[self.facts.get(key, default)]

    def plan(self, day: int, hour: float, event: Any) -> None:
        """Put a step on the list, so many days after the issue."""
        self.story.plan(self.issued + day, hour, event)

    def write(self) -> None:
        """All steps, as far as the file says this finding has come."""
        nonconformity = self.grade in NONCONFORMITY
        path = self.facts.get("path", "closed")
        self.plan(0, 13, self.raise_it)
        if path == "draft":
            return
        self.plan(0, 16, self.issue)
        if path in ("disputed", "conceded"):
            self.plan(self.facts["accept"], 11, self.dispute)
        if path == "conceded":
            self.plan(self.facts["withdraw"], 11, self.concede)
        elif nonconformity and path in AHEAD:
            self._write_answer(AHEAD.index(path))
        elif not nonconformity:
            if "actions" in self.facts:
                self.plan(5, 10, partial(self.promise, ActionKind.IMPROVEMENT))
                self.plan(self.facts["cancel"], 11, self.give_up)
            if path == "closed":
                self.plan(self.facts["close"], 15, self.settle)

    def _write_answer(self, reached: int) -> None:
        facts, last = self.facts, self._days_done()[-1]
        self.plan(facts.get("accept", USUAL["accept"]), 10, self.accept)
        planned = facts.get("plan", USUAL["plan"])
        if reached >= 1:
            self.plan(planned, 11, self.analyse)
        elif self.entry["key"] in texts("causes")["chains"]:
            self.plan(planned, 11, self.ask_why)
        if reached >= 2:
            self.plan(planned, 12, self.propose)
        if reached >= 3:
            self.plan(planned + 1, 14, self.approve)
        if "first_done" in facts:
            self.plan(facts["first_done"], 15, partial(self.finish, 0))
        if "asks" in facts:
            self.plan(facts["asks"]["day"], 16, partial(more_time.ask_for_a_date, self))
            if "refused" in facts["asks"]:
                self.plan(facts["asks"]["refused"], 9, partial(more_time.keep_the_date, self))
        if "extend" in facts:
            self.plan(facts["extend"][0], 10, partial(more_time.ask_for_time, self))
            self.plan(facts["extend"][0] + 2, 14, partial(more_time.give_time, self))
        if reached >= 4:
            for place, day in enumerate(self._days_done()):
                self.plan(day, 15, partial(self.finish, place))
            reported = facts.get("report", last + 2)
            self.plan(reported, 11, self.report)
            if "send_back" in facts:
                self.plan(facts["send_back"][0], 14, self.send_back)
                self.plan(facts["send_back"][1], 15, self.report_again)
        if reached >= 5:
            verified = facts.get("verify", reported + USUAL["verify_after"])
            self.plan(verified, 14, self.verify)
            if reached >= 6:
                self.plan(facts.get("close", verified + USUAL["close_after"]), 10, self.close)
        if "reopen" in facts:
            self._write_return(facts["reopen"][0] - self.issued)

    def _write_return(self, day: int) -> None:
        self.plan(day, 10, self.reopen)
        self.plan(day + 3, 11, self.plan_again)

    def _days_done(self) -> list[int]:
        """The days on which the actions are reported done, counted from the issue."""
        count = max(1, len(self.entry["en"].get("actions", [])))
        return self.facts.get("done") or [FIRST_DONE + STEP * place for place in range(count)]

    # --- the steps

    def raise_it(self) -> None:
        """An auditor, or the programme manager for what did not come from our audits, writes it up."""
        story, facts, words = self.story, self.facts, self.words
        audit = story.audits.get(facts.get("audit", ""))
        raiser = self._raiser(audit)
        process = story.processes[facts["process"]]
        story.findings[self.entry["key"]] = made = findings.raise_finding(
            grade=self.grade,
            title=words["title"],
            requirement=words.get("requirement", ""),
            objective_evidence=words["evidence"],
            nonconformity=words.get("nonconformity", ""),
            location=words.get("location", ""),
            recommendation=words.get("recommendation", ""),
            clause=facts["clause"],
            process=process,
            department=process.department,
            owner=story.people[facts["owner"]] if "owner" in facts else process.owner,
            audit=audit,
            item=self._item(audit),
            origin=Origin(
                facts.get("origin", "external_audit" if audit and audit.external else "internal_audit")
            ),
            by=raiser,
        )
        if facts.get("file") == "photo":
            photo = files.make("photo", made.code, made.title, "", "", story.language)
            evidence.attach(made, photo, caption=words["location"], by=raiser)

    def _raiser(self, audit: Any) -> Any:
        """Who looked at the clause by the agenda of our own audit; else who the file names."""
        planned = (
            None if audit is None or audit.external else visits.hours(audit).planned(self.facts["clause"])
        )
        return planned[0] if planned else self.person("by", "wei")

    def _item(self, audit: Any) -> Any:
        if audit is None or not audit.checklists:
            return None
        clause = self.facts["clause"]
        items = audit.checklists[0].items
        return next((item for item in items if item.assessable and item.clause == clause), None)

    def issue(self) -> None:
        """A lead auditor or the programme manager issues it."""
        due = self.story.day(self.issued + self.facts["due"]) if "due" in self.facts else None
        last = policy.proposed_due(self.grade, clock.today())
        if due is not None and last is not None:
            due = min(due, last)  # a weekend may have moved it to the Monday after the period
        by = "lin" if self.facts.get("by") == "lin" else self.facts.get("second", "wei")
        findings.issue(self.finding, due_on=due, by=self.story.people[by])

    def dispute(self) -> None:
        """The owner does not agree."""
        answers.dispute(self.finding, reason=self.words["disputed"], by=self._owner())

    def concede(self) -> None:
        """It did not hold."""
        answers.concede(self.finding, reason=self.words["withdrawn"], by=self.story.people["wei"])

    def _owner(self) -> Any:
        owner = self.finding.owner
        assert owner is not None
        return owner

    @property
    def check(self) -> dict[str, Any]:
        """By what its effectiveness is seen."""
        found: dict[str, Any] = texts("checks")[self.entry["key"]]
        return found

    def settle(self) -> None:
        """A lighter finding ends with a note."""
        checks.settle(self.finding, effectiveness_note=self.words["note"], by=self._closer())

    def accept(self) -> None:
        """The owner accepts and reports the correction with it."""
        answers.accept(
            self.finding,
            correction=self.words["correction"],
            correction_done_on=self.story.day(self.issued + self.facts.get("accept", USUAL["accept"])),
            by=self._owner(),
        )

    def promise(self, kind: ActionKind) -> None:
        """Put the actions of the plan on record, each with its date."""
        owner = self.finding.owner
        assert owner is not None
        dues = self.facts.get("action_dues") or [day + 4 for day in self._days_done()]
        by = self.story.people["wei"] if kind is ActionKind.IMPROVEMENT else owner
        for place, title in enumerate(self.words["actions"]):
            due = dues[place] if kind is not ActionKind.IMPROVEMENT else 90
            actions.add_action(
                title=title, owner=owner, due_on=self.story.day(self.issued + due), kind=kind,
                finding=self.finding, by=by,
            )  # fmt: skip

    def give_up(self) -> None:
        """The last action turns out not to be needed."""
        action = self.finding.actions[-1]
        actions.cancel(action, reason=self.words["cancelled"], by=self.story.people["wei"])

    def analyse(self) -> None:
        """Cause and similar cases."""
        self.ask_why()
        answers.analyse(
            self.finding,
            cause=self.words["cause"],
            cause_category=CauseCategory(texts("causes")["kinds"][self.entry["key"]]),
            similar_cases=self.words["similar"],
            by=self._owner(),
        )

    def propose(self) -> None:
        """The plan, with what will show that it worked."""
        self.promise(ActionKind.CORRECTIVE)
        criterion = self.story.said(self.check)["criterion"]
        answers.propose(self.finding, effectiveness_criterion=criterion, by=self._owner())

    def ask_why(self) -> None:
        """The owner asks why until it can be changed, or looks along the bones of a fishbone."""
        told = texts("causes")["chains"].get(self.entry["key"], {})
        for node in told.get("whys", ()):
            self._answer(node, None, CauseKind.WHY, node.get("kind"))
        for bone, nodes in told.get("bones", {}).items():
            for node in nodes:
                self._answer(node, None, CauseKind.BONE, bone)

    def _answer(self, node: dict[str, Any], parent: Any, kind: CauseKind, bone: str | None) -> None:
        text, evidence = self.story.said(node)
        made = causes.add(
            self.finding, text=text, evidence=evidence, parent=parent, kind=kind,
            category=CauseCategory(bone) if bone else None, by=self._owner(),
        )  # fmt: skip
        if node.get("root"):
            causes.mark(self.finding, made, True, by=self._owner())
        for each in node.get("why", ()):
            self._answer(each, made, CauseKind.WHY, each.get("kind"))

    def approve(self) -> None:
        """Somebody else approves the plan, and work begins."""
        last = max(action.due_on for action in self.finding.actions)
        answers.approve_plan(
            self.finding,
            effectiveness_criterion=self.finding.effectiveness_criterion,
            effectiveness_due_on=last + timedelta(days=CHECK_AFTER),
            by=self._closer(),
        )
        if not self.facts.get("waits"):
            answers.start(self.finding, by=self._owner())

    def finish(self, place: int) -> None:
        """An action is done, and something shows it."""
        action, note = self.finding.actions[place], self.words["done"][place]
        self._attach(action, note)
        actions.done(action, note=note, by=action.owner)

    def _attach(self, action: Any, note: str) -> None:
        kind = self.facts.get("file", "log")
        made = files.make(kind, action.code, action.title, note, action.owner.name, self.story.language)
        evidence.attach(action, made, caption=note[:120], by=action.owner)

    def report(self) -> None:
        """The owner reports that everything is done."""
        answers.report_done(self.finding, by=self._owner())

    def send_back(self) -> None:
        """What was shown does not convince."""
        checks.send_back(self.finding, reason=self.words["sent_back"], by=self.person("verifier", "wei"))

    def report_again(self) -> None:
        """The owner shows more."""
        self._attach(self.finding.actions[-1], self.words["done_again"])
        self.report()

    def verify(self) -> None:
        """Somebody independent looks at it."""
        checks.verify(self.finding, note=self.words["verified"], by=self.person("verifier", "wei"))

    def _closer(self) -> Any:
        owner = self.finding.owner
        return self.story.people["wei" if owner is self.story.people["lin"] else "lin"]

    def close(self) -> None:
        """The cause is gone, as a record since shows; with the last nonconformity its audit closes too."""
        checks.call_checks()
        checks.close(
            self.finding,
            effectiveness_note=self.words["effective"],
            shown_by=Proof(self.check["shown"]),
            record=self.story.said(self.check)["record"],
            record_on=clock.today(),
            by=self._closer(),
        )
        if self.finding.audit is not None:
            close_if_settled(self.story, self.facts["audit"])

    def reopen(self) -> None:
        """It came back."""
        by = self.story.people[self.facts["reopen"][1]]
        checks.reopen(self.finding, reason=self.words["reopened"], by=by)

    def plan_again(self) -> None:
        """The case is repaired again, and this time the cause is looked for further down."""
        owner, story, words = self._owner(), self.story, self.words
        answers.correct(
            self.finding, correction=words["correction2"], correction_done_on=clock.today(), by=owner
        )
        answers.analyse(
            self.finding,
            cause=words["cause2"],
            cause_category=CauseCategory(texts("causes")["again"][self.entry["key"]]),
            similar_cases=words["similar2"],
            by=owner,
        )
        for title in words["actions2"]:
            actions.add_action(
                title=title, owner=owner, due_on=story.day(12), kind=ActionKind.CORRECTIVE,
                finding=self.finding, by=owner,
            )  # fmt: skip
        answers.propose(self.finding, by=owner)
        answers.approve_plan(
            self.finding,
            effectiveness_criterion=story.said(self.check)["criterion2"],
            effectiveness_due_on=story.day(12) + timedelta(days=60),
            by=self._closer(),
        )
        answers.start(self.finding, by=owner)
