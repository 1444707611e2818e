"""Around the meetings of the reviews: quorum and deputies, the agenda, who came and signed, what was said."""

import random
import re
from collections.abc import Sequence
from datetime import time
from typing import Any

from audit_app.accounts.models import Person
from audit_app.demo.story import Story, texts
from audit_app.reviews import sending
from audit_app.reviews import services as reviews
from audit_app.reviews.agenda import Slot
from audit_app.reviews.attendance import Place
from audit_app.reviews.models import Review

ADVICE = re.compile(r"(?:Recommended: |建议先?)([A-C])")
"""Which option the reason of a decision recommends."""
PAD = (420, 160)


def recommended(considered: Sequence[str], rationale: str) -> str:
    """The option that was recommended, which the demo's management always takes; "" where none is."""
    found = ADVICE.search(rationale)
    advice = found.group(1) if found else ""
    return next((line for line in considered if advice and line.removeprefix("方案").startswith(advice)), "")


def people(review: Review, room: dict[str, Any], story: Story) -> None:
    """Quorum, required functions, a deputy where one is needed, and who gets the minutes."""
    given, lin = texts("meetings"), story.people["lin"]
    required = {story.people[key].id for key in given["required"]}
    deputy = {story.people[room["away"]].id: story.people[room["deputy"]]} if "deputy" in room else {}
    places = {
        each.person_id: Place(each.function, each.person_id in required, deputy.get(each.person_id))
        for each in review.participants
    }
    reviews.set_places(review, places, quorum=given["quorum"], by=lin)
    readers = [story.people[key] for key in given["people"]]
    sending.set_recipients(review, readers, story.said(given["outside"]), by=lin)


def agenda(review: Review, story: Story) -> None:
    """The proposed agenda with hours, and one topic more."""
    given = texts("meetings")
    slots = [Slot(each, each.position, each.title, each.minutes) for each in review.agenda]
    topic = given["topic"]
    slots.insert(-1, Slot(None, len(slots), story.said(topic), topic["minutes"]))
    slots[-1] = Slot(slots[-1].item, len(slots) + 1, slots[-1].title, slots[-1].minutes)
    begins = time.fromisoformat(given["begins"])
    reviews.set_agenda(review, slots, begins=begins, length=given["length"], by=story.people["lin"])


def hold(review: Review, room: dict[str, Any], story: Story) -> None:
    """Who came signs, the chair by their own sign-in; what was said is written down."""
    lin = story.people["lin"]
    away = {story.people[room["away"]].id} if "away" in room else set()
    came = {each.person_id for each in review.participants} - away
    reviews.record_attendance(review, came, stood_in=away, by=lin)
    for each in review.participants:
        who = each.who_came
        if who is review.chair:
            reviews.sign_in(review, by=who)
        elif who is not None:
            strokes = scrawl(who)
            reviews.draw_signature(review, who, strokes=strokes, width=PAD[0], height=PAD[1], by=lin)
    notes = story.said(room)["notes"]
    for item in review.agenda:
        if item.input_key is not None and item.input_key.value in notes:
            reviews.write_notes(item, notes[item.input_key.value], version=item.version, by=lin)


def scrawl(who: Person) -> list[list[list[float]]]:
    """Strokes as a hand leaves them: always the same for the same person."""
    chance = random.Random(who.email)  # noqa: S311  # a drawing, not a secret
    strokes: list[list[list[float]]] = []
    left = 40.0
    for _letter in range(chance.randint(3, 5)):
        points, x, y = [], left, 80 + chance.uniform(-20, 20)
        for _step in range(14):
            x += chance.uniform(1, 7)
            y = min(140.0, max(20.0, y + chance.uniform(-22, 22)))
            points.append([round(x, 1), round(y, 1)])
        strokes.append(points)
        left = x + chance.uniform(-6, 10)
    return strokes
