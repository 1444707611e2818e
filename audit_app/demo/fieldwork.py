"""The chapter of the checklists: answers come in through the same door as from a tablet."""

import uuid
from datetime import datetime
from functools import partial
from typing import Any

from audit_app.accounts.models import Person
from audit_app.checklists import sync
from audit_app.checklists.models import ChecklistItem
from audit_app.checklists.protocol import PROTOCOL, Batch
from audit_app.core import clock
from audit_app.demo import visits
from audit_app.demo.story import Story, texts

TEMPLATES = 4
SHANGHAI = 480
"""Minutes east of UTC."""
Answer = tuple[str, str, dict[str, Any], str]
"""Verdict, note, further facts, key of the person who raised a finding on it."""


def answer(story: Story, key: str) -> None:
    """Have the checklist of an audit answered, each item when and by whom the agenda foresees it; what the
    agenda leaves open and a finding speaks of, by who raised it. Of the audit that runs, today's items are
    still open."""
    audit = story.audits[key]
    items = [item for item in audit.checklists[0].items if item.assessable]
    told = _told(story, key)
    hours = visits.hours(audit)
    visited: dict[tuple[datetime, Person], list[dict[str, Any]]] = {}
    for place, item in enumerate(items):
        value, note, more, raiser = told.get(item.clause) or _ordinary(story, key, item, place)
        person, at = hours.of(item.clause, place / len(items))
        if item.clause in told:
            at = min(at, hours.latest(key == "ia6"))
            if hours.planned(item.clause) is None and story.people.get(raiser) in audit.auditors:
                person = story.people[raiser]
        more["flagged"] = key == "ia6" and item.clause in ("4.4", "9.3")
        visited.setdefault((at, person), []).append(_facts(item, value, note, more))
    for (at, person), facts in visited.items():
        story.at(at, partial(hand_in, story, audit, person, facts))


def send(story: Story, audit: Any, person: Person, given: list[tuple[Any, ...]]) -> None:
    """Answers of one person as (item, verdict, note, further facts), through the door of the tablets."""
    hand_in(story, audit, person, [_facts(*each) for each in given])


def _facts(item: ChecklistItem, value: str, note: str, more: dict[str, Any]) -> dict[str, Any]:
    version = item.checklist.version_id
    return {"item": item.id, "value": value, "note": note, "template_version": version} | more


def hand_in(story: Story, audit: Any, person: Person, facts: list[dict[str, Any]]) -> None:
    """Records of one person, through the door of the tablets."""
    records = [_record(story, audit, person, place) | each for place, each in enumerate(facts)]
    reply = sync.receive(Batch(protocol=PROTOCOL, device_id=_device(person), items=records), by=person)
    refused = {status for status in (each.status for each in reply.results.values()) if status != "accepted"}
    if refused:
        raise RuntimeError(f"The demo's records of {audit.code} were not taken: {refused}")


def _told(story: Story, key: str) -> dict[str, Answer]:
    """The items that findings of this audit speak of, by clause."""
    found: dict[str, Answer] = {}
    for name in ("findings-1", "findings-2", "findings-3", "findings-light"):
        for entry in texts(name):
            facts = entry["facts"]
            if facts.get("audit") == key:
                counted = texts("samples").get(key, {}).get(facts["clause"])
                more = _sample(story, key, facts["clause"], *counted) if counted else {}
                given = (facts["grade"], story.said(entry)["evidence"], more, facts.get("by", ""))
                found.setdefault(facts["clause"], given)
    return found


def _ordinary(story: Story, key: str, item: ChecklistItem, place: int) -> Answer:
    """An item without a finding: what was seen, or why it does not apply to this audit."""
    notes = texts("notes")
    missing = notes["not_applicable"].get(key, {}).get(item.clause)
    if missing:
        return "not_applicable", story.said(missing), {}, ""
    entry = notes["clauses"][item.clause]
    if key in ("gap", "ia2", "ia3", "ia6") or "records" not in entry["en"]:
        return "conform", story.said(entry)["note"], {}, ""
    pattern = story.said(notes["patterns"])[place % TEMPLATES]
    population = story.rng.randrange(24, 160)
    size = max(5, population // 12)
    note = pattern.format(records=story.said(entry)["records"], sample=size, population=population)
    return "conform", note, _sample(story, key, item.clause, population, size), ""


def _sample(story: Story, key: str, clause: str, *figures: int) -> dict[str, Any]:
    return {"sample": visits.sample(story.audits[key].code, clause, *figures)}


def _device(person: Person) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"tablet of {person.email}"))


def _record(story: Story, audit: Any, person: Person, place: int) -> dict[str, Any]:
    """What every record of a tablet holds."""
    used = story.devices.get(person.email, 0) + 1
    story.devices[person.email] = used
    return {
        "id": str(uuid.UUID(int=story.rng.getrandbits(128), version=4)),
        "audit": audit.id,
        "base": [],
        "author": person.id,
        "device_seq": used,
        "client_time": clock.now().isoformat(),
        "tz_offset": SHANGHAI,
        "clock_offset_ms": place * 3 - 40,
    }
