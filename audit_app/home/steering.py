"""What the management representative sees before the next review: lights, signals, what needs a decision.

The lights are those of the pack, by the same rules over the records as they stand (``reviews/lights.py``).
Who may see reviews sees every finding and audit too, so the figures are those of the whole organisation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from audit_app.accounts.models import Person
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.findings import escalation
from audit_app.findings.deadline_models import Extension, ExtensionState
from audit_app.findings.models import SETTLED, Action, ActionState, Finding, Grade
from audit_app.improvements.models import Improvement, ImprovementState
from audit_app.indicators import exports
from audit_app.indicators import queries as indicators
from audit_app.indicators.board import Standing
from audit_app.indicators.periods import Month
from audit_app.reviews import (
    compile_actions,
    compile_audits,
    compile_overview,
    gate,
    lights,
    nonconformities,
    origins,
    queries,
    screens,
    series,
)
from audit_app.reviews.models import Decision, DecisionState, Participant, Review, ReviewInput, ReviewState
from audit_app.reviews.pack import PreviousAction
from audit_app.reviews.telling import tell
from audit_app.reviews.workflow import REVIEW, after_audits, asked_inputs, inputs_complete, missing_inputs

YEAR = timedelta(days=364)
SHOWN = 6
"""Rows named of each kind; the others are counted with a link to them all."""
TWICE = 2


@dataclass(frozen=True)
class Facts:
    """Everything the rules read, read once."""

    review: Review | None
    register: series.Register
    findings: nonconformities.Findings
    previous: tuple[PreviousAction, ...]


@dataclass(frozen=True)
class Row:
    """One case that needs a decision, and where it is."""

    words: str
    address: str


@dataclass(frozen=True)
class Rule:
    """A kind of case that top management has to decide on: its name, where it is told from, its rows."""

    key: str
    label: Any
    source: Any
    rows: Callable[[Facts], list[Row]]
    all: Callable[[], str]


def _missed(facts: Facts) -> list[Row]:
    """R14: the latest month missed its target and nobody wrote a word on it."""
    ids = {row.code: row.id for row in facts.register.rows}
    found = []
    for one in facts.register.series:
        known = facts.register.known(one)
        if known and compile_overview.last_missed(facts.register, one) and not one.points[known[-1]].comment:
            value, target = tell(one.figure(one.value(known[-1]))), tell(one.target_words(known[-1]))
            words = _(
                "%(name)s: %(value)s, target %(target)s", name=tell(one.name), value=value, target=target
            )
            found.append(Row(words, url_for("indicators.show", id=ids[one.code])))
    return found


def _majors(_facts: Facts) -> list[Row]:
    query = select(Finding.id, Finding.code, Finding.title).where(
        Finding.grade == Grade.MAJOR, Finding.state.not_in(SETTLED), Finding.issued_at.is_not(None)
    )
    rows = db.session.execute(query.order_by(Finding.raised_on, Finding.id))
    return [Row(f"{code} {title}", url_for("findings.show", id=id)) for id, code, title in rows]


def _escalated(_facts: Facts) -> list[Row]:
    found = []
    for each in escalation.for_review(today()):
        subject = each.subject
        page = "findings.show" if isinstance(subject, Finding) else "findings.action"
        found.append(Row(f"{subject.code} {subject.title}", url_for(page, id=subject.id)))
    return found


def _late(facts: Facts) -> list[Row]:
    codes = {row.code: row for row in facts.previous if row.late > 0}
    query = select(Action.id, Action.code).where(Action.code.in_(codes)).order_by(Action.due_on, Action.id)
    return [
        Row(f"{code} {codes[code].title}", url_for("findings.action", id=id))
        for id, code in db.session.execute(query)
    ]


def _asked(facts: Facts) -> list[Row]:
    if facts.review is None:
        return []
    rows: list[Decision] = [row for row in facts.review.decisions if row.state is DecisionState.ASKED]
    return [Row(f"{row.code} {row.text}", url_for("reviews.show", id=facts.review.id)) for row in rows]


def _improvements(_facts: Facts) -> list[Row]:
    query = select(Improvement.id, Improvement.code, Improvement.title).where(
        Improvement.state == ImprovementState.EVALUATED
    )
    rows = db.session.execute(query.order_by(Improvement.id))
    return [Row(f"{code} {title}", url_for("improvements.show", id=id)) for id, code, title in rows]


def _refused(_facts: Facts) -> list[Row]:
    """More time was asked for and refused twice: the work does not get done with what there is."""
    count = func.count().label("count")
    refused = (
        select(Extension.finding_id, Extension.action_id, count)
        .where(Extension.state == ExtensionState.REFUSED)
        .group_by(Extension.finding_id, Extension.action_id)
        .having(count >= TWICE)
        .subquery()
    )
    subjects = (
        (Finding, refused.c.finding_id, Finding.state.not_in(SETTLED), "findings.show"),
        (Action, refused.c.action_id, Action.state == ActionState.OPEN, "findings.action"),
    )
    found = []
    for model, column, still, page in subjects:
        query = select(model.id, model.code, model.title).join(refused, column == model.id).where(still)
        rows = db.session.execute(query.order_by(model.id))
        found += [Row(f"{code} {title}", url_for(page, id=id)) for id, code, title in rows]
    return found


RULES = (
    Rule("missed", _l("Targets missed without a word on it"), _l("indicators, latest month (R14)"), _missed,
         lambda: url_for("indicators.index", state="missed")),
    Rule("major", _l("Major nonconformities open"), _l("register of findings"), _majors,
         lambda: url_for("findings.index", state="open", grade="major")),
    Rule("escalated", _l("Overdue so long that they stand before the review"), _l("escalation"), _escalated,
         lambda: url_for("findings.index", state="open", overdue="1")),
    Rule("late", _l("Decisions of earlier reviews that are late"), _l("actions from reviews"), _late,
         lambda: url_for("findings.actions", state="open", source="review", overdue="1")),
    Rule("asked", _l("Decisions asked for"), _l("the next review"), _asked, lambda: url_for("reviews.index")),
    Rule("improvements", _l("Improvements that wait for approval"), _l("improvement register"), _improvements,
         lambda: url_for("improvements.index", state="evaluated")),
    Rule("refused", _l("More time refused twice, still open"), _l("requests for more time"), _refused,
         lambda: url_for("findings.extension_list")),
)  # fmt: skip
"""What needs a decision at the next review, the gravest first."""


@dataclass(frozen=True)
class Needed:
    """A rule with the rows it found."""

    rule: Rule
    rows: tuple[Row, ...]

    @property
    def more(self) -> int:
        """Rows that are not named."""
        return max(0, len(self.rows) - SHOWN)


@dataclass(frozen=True)
class Signalled:
    """An indicator whose latest month is a signal; ``new``: the month before had none on that side."""

    standing: Standing
    words: str
    new: bool

    @property
    def first(self) -> bool:
        """New or bad: named first, the others stand folded beneath."""
        return self.new or self.standing.movement.tone == "danger"


@dataclass(frozen=True)
class Steering:
    """Everything the page shows."""

    lights: list[dict[str, Any]]
    signals: list[Signalled]
    needed: list[Needed]
    review: Review | None
    filled: int
    whole: int
    stops: list[str]
    left: list[gate.Point]
    first: date
    last: date


def compile_for(person: Person) -> Steering:
    """The page in a fixed number of queries, whatever the number of rows."""
    review = next_review(person)
    first, last = (review.period_from, review.period_to) if review else (today() - YEAR, today())
    register, audits = series.read(first, last), compile_audits.read(first, last)
    findings = nonconformities.read(first, last)
    previous = compile_actions.read(review) if review else ()
    facts = Facts(review, register, findings, previous)
    board = (
        lights.of_actions(previous),
        lights.of_audits(audits),
        lights.of_findings(findings),
        *lights.of_indicators(register),
    )
    known = origins.read((), first, last)
    asked = asked_inputs(review) if review else []
    needed = [Needed(rule, tuple(rule.rows(facts))) for rule in RULES]
    return Steering(
        [each | {"address": address(each["key"], review)} for each in screens.lights(board, known)],
        signals(),
        [each for each in needed if each.rows],
        review,
        len(asked) - len(missing_inputs(review)) if review else 0,
        len(asked),
        stops(review),
        gate.of_leaving(review) if review else [],
        first,
        last,
    )


def next_review(person: Person) -> Review | None:
    """The next review that is not approved, with what its page needs."""
    query = (
        queries.visible_to(person)
        .where(Review.state != ReviewState.APPROVED)
        .options(
            selectinload(Review.inputs).joinedload(ReviewInput.owner).lazyload(Person.roles),
            selectinload(Review.participants).options(
                joinedload(Participant.person).lazyload(Person.roles),
                joinedload(Participant.deputy).lazyload(Person.roles),
            ),
            selectinload(Review.decisions),
            joinedload(Review.chair),
            joinedload(Review.prepared_by),
        )
    )
    return db.session.scalars(query.order_by(None).order_by(Review.meets_on).limit(1)).unique().first()


def stops(review: Review | None) -> list[str]:
    """What stops the review, whoever asks: its next steps, and what its approval will ask for."""
    if review is None:
        return []
    offers = REVIEW.offers(review, review.prepared_by)
    words = [
        *(each for offer in offers for each in offer.missing),
        inputs_complete(review, review.chair),
        after_audits(review, review.chair),
    ]
    return list(dict.fromkeys(str(each) for each in words if each))


def _sides(row: Standing, month: Month) -> set[bool]:
    """On which sides the signals of a month lie: a new low after a run of highs is a new signal."""
    return {signal.above for point, signal in row.signals if point.month == month}


ELSEWHERE: dict[str, Callable[[], str]] = {
    "a": lambda: url_for("findings.actions", source="review"),
    "c1": lambda: url_for("indicators.system"),
    "c3": lambda: url_for("indicators.system", view="audits"),
}


def address(key: str, review: Review | None) -> str:
    """Where a light leads: to the input of the review being prepared, else to the records behind it."""
    row = next((each for each in review.inputs if each.key.value == key), None) if review else None
    if row is not None:
        return url_for("reviews.input", id=row.id)
    return ELSEWHERE.get(key, lambda: url_for("indicators.index"))()


def signals() -> list[Signalled]:
    """Indicators whose latest month, this one or the last finished one, is a signal: new ones first, then the
    bad ones.
    """
    finished = Month.of(today()).previous()
    found = []
    for row in indicators.board():
        told = dict(exports.signals(row)) if row.last is not None and row.last.month >= finished else {}
        if row.last is not None and row.last.month in told:
            month = row.last.month
            new = not _sides(row, month) & _sides(row, month.previous())
            found.append(Signalled(row, told[month], new))
    return sorted(found, key=lambda each: (not each.new, each.standing.movement.tone != "danger"))
