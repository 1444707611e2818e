"""A quarter in small: things come due, are done or not, people opt out and leave, the mail server is down for three
days, the whole server for four, and the clocks change at midnight. The mails that a real local mail server received
are exactly those that were due: the multiset of (person, thing, kind, day) is computed here a second time, in plain
Python over the story, without the application."""

import random
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from audit_app.accounts.permissions import Role
from audit_app.core import clock as clocks
from audit_app.core import workdays
from audit_app.core.clock import at
from audit_app.core.db import db
from audit_app.findings import escalation
from audit_app.findings import services as findings
from audit_app.findings.models import Finding
from audit_app.home import due, landing
from audit_app.notifications import outbox, services
from audit_app.notifications.models import Mail, MailState
from tests.findings import factory
from tests.notifications.mailbox import ITEM, text_of
from tests.people import add_person

ZONE = ZoneInfo("Africa/Cairo")  # on 29 October 2026, at midnight, the clocks go back to 23:00
RUNS = (time(6, 30), time(8, 10), time(12, 0), time(18, 0), time(21, 30))
EVENTS = time(10, 0)
CLOSED_PORT = "smtp://127.0.0.1:1"
WORDS = {
    "was issued to you": "finding.issued",
    "is due soon": "finding.due",
    "is late": "finding.late",
    "was withdrawn": "finding.withdrawn",
}
OWNERS = ("Olga", "Otto", "Petra", "Quentin", "Rosa", "Sven")


@dataclass
class Thing:
    """A finding of the story: whose, issued when, due when, withdrawn when (or never)."""

    owner: str
    issued: date
    due: date
    done: date | None
    id: int = 0

    def open_on(self, day, clock):
        """Whether it waits for its owner at a reading of a day."""
        begun = (day, clock) >= (self.issued, EVENTS)
        return begun and (self.done is None or (day, clock) < (self.done, EVENTS))

    def reminder(self, day):
        """(kind, day) of the reminder in force on a day, by the rule: a week ahead, the day after, then weekly."""
        if day < self.due - timedelta(days=7):
            return None
        if day <= self.due:
            return "finding.due", max(self.due - timedelta(days=7), self.issued)
        return "finding.late", self.due + timedelta(
            days=1 + (day - self.due - timedelta(days=1)).days // 7 * 7
        )


@dataclass
class Story:
    """Everything that happens, by day."""

    days: list[date]
    down: set[date]
    off: set[date]
    things: list[Thing]
    leaves: dict[str, date]
    opts_out: dict[str, date]
    afternoon: str
    hour: dict[str, int] = field(default_factory=dict)


def story(first, length, count, down, off):
    """A story out of chance that is always the same."""
    chance = random.Random(f"{first} {length}")
    days = [first + timedelta(days=n) for n in range(length)]
    leaves = {"Rosa": days[length * 2 // 3], "Sven": days[length // 2]}
    things = []
    for _number in range(count):
        owner, issued = chance.choice(OWNERS), chance.choice(days[: length * 4 // 5])
        if issued >= leaves.get(owner, date.max):
            owner = "Olga"
        span = chance.choice([2, 5, 7, 8, 10, 15, 25])
        done = issued + timedelta(days=chance.randint(1, span + 12)) if chance.random() < 0.7 else None
        things.append(Thing(owner, issued, issued + timedelta(days=span), done))
    wanted = {days[n] for n in down}, {days[n] for n in off}
    return Story(days, *wanted, things, leaves, {"Otto": days[length // 3]}, "Petra")


def mails_due(told: Story):
    """The expectation: (owner, kind, thing, day) of everything that had to arrive, and how many mails that makes."""
    known, waiting, packed, made = set(), {}, {}, {}
    arrived, mails = Counter(), 0
    for day in told.days:
        if day in told.off:
            waiting = events(told, day, waiting, known)
            continue
        for clock in RUNS:
            if clock > EVENTS and clock == RUNS[2]:
                waiting = events(told, day, waiting, known)
            remind(told, day, clock, waiting, known)
            works = day.weekday() < 5
            for who in OWNERS:
                for urgent in (True, False):
                    hour = 0 if urgent else (15 if who == told.afternoon else 8)
                    mine = [each for each in waiting.get(who, []) if (each[0] == "finding.issued") == urgent]
                    mine = [each for each in mine if holds(told, who, each, day, clock)]
                    joins = (who, urgent) in packed
                    if (
                        mine
                        and (urgent or (works and clock.hour >= hour))
                        and (urgent or joins or made.get(who) != day)
                    ):
                        packed.setdefault((who, urgent), []).extend(mine)
                        waiting[who] = [each for each in waiting[who] if each not in mine]
                        made[who] = made.get(who) if urgent else day
                    sends = works and time(7) <= clock < time(20) and day not in told.down
                    if sends and (who, urgent) in packed:
                        out = [
                            each for each in packed.pop((who, urgent)) if holds(told, who, each, day, clock)
                        ]
                        arrived.update((who, *each) for each in out)
                        mails += bool(out)
    return arrived, mails


def events(told, day, waiting, known):
    """What people do on a day, as notices: issued and withdrawn."""
    for number, thing in enumerate(told.things):
        if day >= told.leaves.get(thing.owner, date.max):
            continue
        for kind, when in (("finding.issued", thing.issued), ("finding.withdrawn", thing.done)):
            if when == day and (kind, number, day) not in known:
                known.add((kind, number, day))
                waiting.setdefault(thing.owner, []).append((kind, number, day))
    return waiting


def remind(told, day, clock, waiting, known):
    """Reminders in force on a day of what is open now."""
    for number, thing in enumerate(told.things):
        gone = (day, clock) >= (told.leaves.get(thing.owner, date.max), EVENTS)
        if thing.open_on(day, clock) and not gone and thing.reminder(day):
            kind, since = thing.reminder(day)
            if (kind, number, since) not in known:
                known.add((kind, number, since))
                waiting.setdefault(thing.owner, []).append((kind, number, since))


def holds(told, who, notice, day, clock):
    """Whether a notice may still be mailed."""
    kind, number, _since = notice
    if (day, clock) >= (told.leaves.get(who, date.max), EVENTS):
        return False
    if kind == "finding.withdrawn":
        return (day, clock) < (told.opts_out.get(who, date.max), EVENTS)
    return kind == "finding.issued" or told.things[number].open_on(day, clock)


# --- the same story, lived through by the application --------------------------------------------------------------


def crowd(people):
    """Six process owners."""
    more = [
        add_person(name, f"{name.casefold()}@example.org", Role.PROCESS_OWNER, people.ops)
        for name in OWNERS[2:]
    ]
    people.crowd = dict(zip(OWNERS, (people.owner, people.owner2, *more), strict=True))
    # The ladder of missed dates has tests of its own; here it begins after the end of the story.
    far = {rung: 300 + place for place, rung in enumerate(escalation.Rung)}
    escalation.set_ladder(days=far, person=None, by=people.manager)
    db.session.commit()


def moment(day, clock):
    return datetime.combine(day, clock, tzinfo=ZONE).astimezone(UTC)


def live(told, people, settings, mailbox, app):
    """Walk through the days: the runs of the timer, and what people do at ten."""
    links, rows, working = landing.links(app), {}, settings.smtp_url
    for place, day in enumerate(told.days):
        broken = day in told.down
        settings.smtp_url = CLOSED_PORT if broken and place % 2 else working
        mailbox.at_data = "451 come back later" if broken else "250 OK"
        for clock in sorted({*RUNS, EVENTS}):
            with at(moment(day, clock)):
                if clock == EVENTS:
                    happen(told, day, people, rows)
                elif day not in told.off:
                    due.gather()
                    db.session.commit()
                    outbox.deliver(settings, links)
            db.session.expire_all()
    return rows


def happen(told, day, people, rows):
    for who, when in told.leaves.items():
        if when == day:
            people.crowd[who].active = False
    for who, when in told.opts_out.items():
        if when == day:
            person = people.crowd[who]
            services.choose(person, hour=None, muted=["finding.withdrawn"], by=person)
    if day == told.days[0]:
        person = people.crowd[told.afternoon]
        services.choose(person, hour=15, muted=[], by=person)
    for number, thing in enumerate(told.things):
        if thing.issued == day:
            made = factory.finding(
                people, title=f"Thing {number}", owner=people.crowd[thing.owner], by=people.manager
            )
            findings.issue(made, due_on=thing.due, by=people.manager)
            made.response_due_on, made.next_due_on = None, made.due_on
            db.session.flush()
            thing.id, rows[made.id] = made.id, number
        if thing.done == day:
            findings.withdraw(
                db.session.get(Finding, thing.id), reason="Found to be a mistake.", by=people.manager
            )
    db.session.commit()


def received(mailbox, people, rows):
    """(owner, kind, thing, day) of everything in the mails."""
    names = {people.crowd[who].email: who for who in OWNERS}
    found = Counter()
    for mail in mailbox.mails:
        for title, words, link in ITEM.findall(text_of(mail)):
            kind = next(kind for end, kind in WORDS.items() if title.endswith(end))
            since = re.search(r"Since \w+ (\d+ \w+ \d+)", words).group(1)
            number = rows[int(link.rpartition("/")[2])]
            found[names[mail["To"]], kind, number, datetime.strptime(since, "%d %b %Y").date()] += 1
    return found


@pytest.fixture
def cairo(app):
    before, country = clocks.zone(), workdays.country()
    clocks.use_zone("Africa/Cairo")
    workdays.use_country("")
    yield
    clocks.use_zone(str(before))
    workdays.use_country(country)


@pytest.mark.parametrize(
    ("first", "length", "count", "down", "off"),
    [
        pytest.param(date(2026, 10, 20), 16, 30, (5, 6), (10, 11), id="a fortnight"),
        pytest.param(
            date(2026, 9, 1), 92, 150, (20, 21, 22), (40, 41, 42, 43), id="a quarter", marks=pytest.mark.long
        ),
    ],
)
def test_the_mails_received_are_exactly_those_that_were_due(
    app, people, settings, mailbox, cairo, first, length, count, down, off
):
    told = story(first, length, count, down, off)
    crowd(people)
    rows = live(told, people, settings, mailbox, app)
    expected, mails = mails_due(told)
    found = received(mailbox, people, rows)
    assert found - expected == Counter(), "mailed although not due, or twice"
    assert expected - found == Counter(), "due and never mailed"
    assert len(mailbox.mails) == mails
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == mails
    assert len(expected) > count
    left = {each.state for each in db.session.query(Mail)} - {
        MailState.SENT,
        MailState.DROPPED,
        MailState.WAITING,
    }
    assert left == set()
