"""Requests for more time in the story of a finding: one granted, one refused, one that waits.

Each takes the plot of the finding, a :class:`audit_app.demo.findings.Plot`.
"""

from typing import Any

from audit_app.findings import extensions
from audit_app.findings.deadline_models import Term


def ask_for_time(plot: Any) -> None:
    """The owner asks for more time, for the action and for the finding, with the reason."""
    action, owner = plot.finding.actions[-1], plot.finding.owner
    assert owner is not None
    day, reason = plot.story.day(plot.issued + plot.facts["extend"][1]), plot.words["extension"]
    extensions.ask(action, due_on=day, reason=reason, by=action.owner)
    extensions.ask(plot.finding, due_on=day, reason=reason, by=owner)


def give_time(plot: Any) -> None:
    """The lead auditor grants it for both."""
    for each in (plot.finding.actions[-1], plot.finding):
        request = extensions.waiting(each)
        assert request is not None
        extensions.grant(request, by=plot.story.people["wei"])


def ask_for_a_date(plot: Any) -> None:
    """The owner asks for more time for one date of the finding."""
    asked = plot.facts["asks"]
    day, term = plot.story.day(plot.issued + asked["to"]), Term(asked["term"])
    extensions.ask(plot.finding, term=term, due_on=day, reason=plot.words["asks"], by=plot.finding.owner)


def keep_the_date(plot: Any) -> None:
    """The lead auditor refuses it and says why."""
    request = extensions.waiting(plot.finding)
    assert request is not None
    extensions.refuse(request, reason=plot.words["kept"], by=plot.story.people["wei"])
