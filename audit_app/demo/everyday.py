"""The chapter of everyday life: what was missed climbs the ladder; people talk, hand work on, go on leave."""

from functools import partial
from typing import Any

from audit_app.demo.story import Story, texts
from audit_app.findings import comments, cover_services, escalation

WEEKS = range(-63, 0, 7)
"""Days on which the daily run is told: those before would say nothing that is still open."""


def tell(story: Story) -> None:
    """Put comments, delegations, absences and the ladder on the list."""
    for day in WEEKS:
        story.plan(day, 8, escalation.gather)
    told = texts("everyday")
    for entry in told["comments"]:
        story.plan(entry["day"], entry["hour"], partial(say, story, entry))
    for entry in told["delegations"]:
        story.plan(entry["day"], 10, partial(hand_on, story, entry))
    for entry in told["absences"]:
        story.plan(entry["from"], 8, partial(leave, story, entry))


def say(story: Story, entry: dict[str, Any]) -> None:
    """Somebody comments on a finding and calls a colleague by name."""
    names = {key: person.name for key, person in story.people.items()}
    words = str(story.said(entry)).format(**names)
    comments.add(story.findings[entry["finding"]], text=words, by=story.people[entry["by"]])


def hand_on(story: Story, entry: dict[str, Any]) -> None:
    """An owner lets somebody else do an action for a while."""
    action = story.findings[entry["finding"]].actions[entry["action"]]
    cover_services.delegate(
        action, to=story.people[entry["to"]], from_on=story.day(entry["day"]),
        to_on=story.day(entry["until"]), reason=story.said(entry), by=action.owner,
    )  # fmt: skip


def leave(story: Story, entry: dict[str, Any]) -> None:
    """Somebody is away, and a colleague stands in."""
    person = story.people[entry["person"]]
    cover_services.record_absence(
        person, deputy=story.people[entry["deputy"]], from_on=story.day(entry["from"]),
        to_on=story.day(entry["until"]), by=person,
    )  # fmt: skip
