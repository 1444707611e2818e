"""The chapter of the checklists: answers come in through the same door as from a tablet."""

import uuid
from typing import Any

from audit_app.accounts.models import Person
from audit_app.checklists import sync
from audit_app.checklists.models import ChecklistItem
from audit_app.checklists.protocol import PROTOCOL, Batch
from audit_app.core import clock
from audit_app.demo.story import Story, texts

TEMPLATES = 4
SHANGHAI = 480
"""Minutes east of UTC."""


def answer(story: Story, key: str) -> None:
    """Answer the checklist of an audit, each item by the member of the team who audits that part."""
    audit = story.audits[key]
    items = [item for item in audit.checklists[0].items if item.assessable]
    if key == "ia6":
        items = items[: len(items) // 2]
    told = _told(story, key)
    by_person: dict[Person, list[tuple[Any, ...]]] = {}
    for place, item in enumerate(items):
        person = audit.auditors[place * len(audit.auditors) // len(items)]
        value, note = told.get(item.clause) or _ordinary(story, key, item, place)
        flagged = key == "ia6" and place in (3, len(items) - 2)
        by_person.setdefault(person, []).append((item, value, note, {"flagged": flagged}))
    for person, given in by_person.items():
        send(story, audit, person, given)


def send(story: Story, audit: Any, person: Person, given: list[tuple[Any, ...]]) -> None:
    """Answers of one person as (item, verdict, note, further facts), through the door of the tablets."""
    records = [
        _revision(story, audit, item, person, place, value, note) | more
        for place, (item, value, note, more) in enumerate(given)
    ]
    reply = sync.receive(Batch(protocol=PROTOCOL, device_id=_device(person), items=records), by=person)
    refused = {status for status in (each.status for each in reply.results.values()) if status != "accepted"}
    if refused:
        raise RuntimeError(f"The demo's answers to {audit.code} were not taken: {refused}")


def _told(story: Story, key: str) -> dict[str, tuple[str, str]]:
    """The items that findings of this audit speak of: {clause: (verdict, note)}."""
    found: dict[str, tuple[str, str]] = {}
    for name in ("findings-1", "findings-2", "findings-3", "findings-light"):
        for entry in texts(name):
            facts = entry["facts"]
            if facts.get("audit") == key:
                found.setdefault(facts["clause"], (facts["grade"], story.said(entry)["evidence"]))
    return found


def _ordinary(story: Story, key: str, item: ChecklistItem, place: int) -> tuple[str, str]:
    """An item without a finding: what was seen, or why it does not apply to this audit."""
    notes = texts("notes")
    missing = notes["not_applicable"].get(key, {}).get(item.clause)
    if missing:
        return "not_applicable", story.said(missing)
    entry = notes["clauses"][item.clause]
    if key in ("gap", "ia2", "ia3", "ia6") or "records" not in entry["en"]:
        return "conform", story.said(entry)["note"]
    pattern = story.said(notes["patterns"])[place % TEMPLATES]
    population = story.rng.randrange(24, 160)
    sample = max(5, population // 12)
    return "conform", pattern.format(
        records=story.said(entry)["records"], sample=sample, population=population
    )


def _device(person: Person) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"tablet of {person.email}"))


def _revision(
    story: Story,
    audit: Any,
    item: ChecklistItem,
    person: Person,
    place: int,
    value: str,
    note: str,
) -> dict[str, Any]:
    """One answer as the tablet sends it."""
    used = story.devices.get(person.email, 0) + 1
    story.devices[person.email] = used
    return {
        "id": str(uuid.UUID(int=story.rng.getrandbits(128), version=4)),
        "audit": audit.id,
        "item": item.id,
        "base": [],
        "value": value,
        "note": note,
        "author": person.id,
        "device_seq": used,
        "client_time": clock.now().isoformat(),
        "tz_offset": SHANGHAI,
        "clock_offset_ms": place * 3 - 40,
        "template_version": item.checklist.version_id,
    }
