"""The chapter of the improvement register, and the repeats that the auditors confirmed."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from audit_app.core.clock import today
from audit_app.demo.audits import last_day
from audit_app.demo.story import Story, texts
from audit_app.findings import repeat_services
from audit_app.improvements import services, sources
from audit_app.improvements.models import Better, Improvement, TargetKind

REPEATS = (("cmdb-again", "cmdb-retired-servers"),)
"""Keys of findings that came back: the later, the earlier."""
AUDIT = "ia4"
"""Where the later one was found."""


def tell(story: Story) -> None:
    """Put the events of all improvements on the list."""
    for entry in texts("improvements"):
        Plot(story, entry).write()
    audits = {each["key"]: each["facts"] for each in texts("audits")["audits"]}
    story.plan(min(last_day(story, audits[AUDIT]), -1), 17, partial(link, story))


def link(story: Story) -> None:
    """The lead auditor confirms what came back, while the later finding can still be changed."""
    for later, earlier in REPEATS:
        made, before = story.findings.get(later), story.findings.get(earlier)
        if made is not None and before is not None:
            repeat_services.confirm(made, before, by=story.people["wei"])


class Plot:
    """The plot of one improvement: who does what on which day."""

    def __init__(self, story: Story, entry: dict[str, Any]) -> None:
        self.story, self.facts, self.words = story, entry["facts"], story.said(entry)
        self.made: Improvement | None = None

    @property
    def one(self) -> Improvement:
        """The record, once it was proposed."""
        assert self.made is not None
        return self.made

    def write(self) -> None:
        """All steps, as far as the file says this improvement has come."""
        for name in ("evaluate", "decide", "decline", "start", "implement", "measure", "close"):
            if name in self.facts:
                self.story.plan(self.facts[name], 11, getattr(self, name))
        self.story.plan(self.facts["proposed"], 10, self.propose)

    def propose(self) -> None:
        """Somebody has an idea; of an opportunity for improvement, with its number."""
        people, promoted = self.story.people, self.story.findings.get(self.facts.get("from", ""))
        by = people[self.facts["by"]]
        origin = sources.find("finding", promoted.id, to=by) if promoted is not None else None
        process = self.story.processes.get(self.facts["process"])
        self.made = services.propose(
            title=self.words["title"],
            description=self.words["description"],
            process=process,
            origin=origin,
            by=by,
        )

    def evaluate(self) -> None:
        """The programme manager scores it and sets the target."""
        facts = self.facts
        benefit, effort, risk = facts["scores"]
        given: dict[str, Any] = {"benefit": benefit, "effort": effort, "risk": risk}
        if "target" in facts:
            due = self.story.today + timedelta(days=facts["due"])
            given |= {
                "owner": self.story.people[facts["owner"]], "due_on": max(due, today()),
                "target_kind": TargetKind(facts["kind"]), "target_what": self.words["what"],
                "better": Better(facts["better"]), "unit": facts["unit"],
                "baseline": Decimal(facts["baseline"]), "target": Decimal(facts["target"]),
            }  # fmt: skip
        note = self.words["evaluation"]
        services.evaluate(self.one, **given, evaluation_note=note, by=self.story.people["lin"])

    def decide(self) -> None:
        """Top management approves it."""
        services.approve(self.one, by=self.story.people["chen"])

    def decline(self) -> None:
        """Top management declines it."""
        services.decline(self.one, reason=self.words["reason"], by=self.story.people["chen"])

    def _owner(self) -> Any:
        return self.story.people[self.facts["owner"]]

    def start(self) -> None:
        """Its owner begins."""
        services.start(self.one, by=self._owner())

    def implement(self) -> None:
        """It is in place."""
        services.implement(self.one, note=self.words["done"], by=self._owner())

    def measure(self) -> None:
        """The result is measured."""
        value = Decimal(self.facts["measured"])
        note = self.words["note"]
        services.measure(self.one, measured=value, measured_on=today(), note=note, by=self._owner())

    def close(self) -> None:
        """Top management reads the result."""
        services.close(self.one, note=self.words["result"], by=self.story.people["chen"])
