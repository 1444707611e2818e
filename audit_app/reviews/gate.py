"""What would embarrass the review if it met today: read once before the meeting, each point with the place
where it is repaired. Some points stop the approval, others are only pointed out, a few come with the meeting.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from audit_app.accounts.models import Person
from audit_app.core import days
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.exports.values import listed
from audit_app.findings.models import NONCONFORMITY, SETTLED, Action, ActionState, Finding
from audit_app.indicators.models import Indicator, Measurement, Source
from audit_app.indicators.periods import Month
from audit_app.programme.models import Audit
from audit_app.reviews import (
    compile_actions,
    compile_corrections,
    compile_indicators,
    leaving,
    series,
    workflow,
    yearly,
)
from audit_app.reviews.compile import uncommented
from audit_app.reviews.models import (
    Climate,
    DecisionState,
    ExtraKey,
    InputKey,
    Review,
    ReviewInput,
    ReviewState,
)
from audit_app.reviews.pack import Name
from audit_app.reviews.telling import tell
from audit_app.reviews.workflow import REVIEW, input_filled

NAMED = 5
"""Codes or months that a sentence names before it says "+n more"."""


@dataclass(frozen=True)
class Point:
    """One thing: the input it belongs to ("" for the review itself), in words, and where it is repaired."""

    key: str
    words: str
    endpoint: str
    repair: str
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Gate:
    """All points in the order of the inputs."""

    stops: tuple[Point, ...]
    told: tuple[Point, ...]
    later: tuple[Point, ...]


def compile_gate(review: Review, person: Person) -> Gate:
    """What is missing as things stand now. Constant number of queries."""
    ahead = review.state in (ReviewState.PLANNED, ReviewState.PREPARING)
    meeting = tuple(_of_meeting(review, person))
    stops = [*_unwritten(review), *_audits(review), *_decisions(review), *(() if ahead else meeting)]
    told = [*_climate(review), *_requests(review), *_old(review), *_data(review), *_people(review)]
    return Gate(_sorted(stops), _sorted(told), meeting if ahead else ())


def _sorted(points: Sequence[Point]) -> tuple[Point, ...]:
    order = ["", *(key.value for key in (*InputKey, *ExtraKey))]
    return tuple(sorted(points, key=lambda each: order.index(each.key) if each.key in order else len(order)))


def _some(words: Sequence[str]) -> str:
    """The first few in a row, then how many more."""
    rest = len(words) - NAMED
    told = listed(words[:NAMED])
    return told if rest <= 0 else _("%(words)s, +%(count)s more", words=told, count=rest)


def _unwritten(review: Review) -> Iterator[Point]:
    """R11."""
    if review.state is ReviewState.PLANNED:
        yield Point(
            "",
            _("The inputs are not open yet."),
            "reviews.step",
            _("Start preparing"),
            {"id": review.id, "step": "prepare"},
        )
    for row in review.inputs:
        if not input_filled(row):
            words = _("%(title)s: nothing is written yet.", title=row.title)
            yield Point(row.key.value, words, "reviews.input", _("Write it"), {"id": row.id})


def _audits(review: Review) -> Iterator[Point]:
    """R12, and its forerunner: the meeting lies before an audit ends."""
    words, edit = workflow.after_audits(review, review.chair), {"id": review.id}
    if words is not None:
        yield Point("c3", str(words), "reviews.edit", _("Move the meeting"), edit)
    for audit in yearly.audits_in_the_way(review):
        words = _(
            "%(code)s %(title)s ends on %(day)s, not before the meeting: its results will be missing.",
            code=audit.code,
            title=audit.title,
            day=days.written(audit.ends_on),
        )
        yield Point("c3", words, "reviews.edit", _("Move the meeting"), edit)


def _decisions(review: Review) -> Iterator[Point]:
    """R13 for what is decided already."""
    for row in review.decisions:
        if row.state is DecisionState.TAKEN and (row.due_on is None or row.due_on < today()):
            words = _("%(code)s is decided, and its due date has passed.", code=row.code)
            yield Point(row.input_key.value, words, "reviews.take_decision", _("Set a date"), {"id": row.id})


def _of_meeting(review: Review, person: Person) -> Iterator[Point]:
    """What only the meeting can bring: decisions, quorum, the chair, the conclusion."""
    guards = (workflow.decisions_settled, workflow.quorum_met, workflow.chair_attended, workflow.concluded)
    step = "record" if review.state is ReviewState.HELD else "hold"
    for guard in guards:
        words = guard(review, person)
        if words is not None and person.may(REVIEW.by_name[step].needs):
            yield Point(
                "", str(words), "reviews.step", _("Record the meeting"), {"id": review.id, "step": step}
            )
        elif words is not None:
            yield Point("", str(words), "reviews.show", _("Look at it"), {"id": review.id})


def _climate(review: Review) -> Iterator[Point]:
    """R16."""
    row = next((each for each in review.inputs if each.key is InputKey.B), None)
    if review.climate is Climate.OPEN and row is not None:
        words = _("It is not decided whether climate change is a relevant issue (4.1).")
        yield Point("b", words, "reviews.input", _("Decide it"), {"id": row.id})


def of_leaving(review: Review) -> list[Point]:
    """What waits for people who are gone: inputs to give to others, places to fill."""
    return [
        *(_left(row) for row in leaving.unwritten(review)),
        *(_place(review, each.person) for each in leaving.empty_places(review)),
    ]


def _left(row: ReviewInput) -> Point:
    assert row.owner is not None  # somebody was asked, and has left
    words = _("%(title)s: %(name)s has left. Give it to somebody else.", title=row.title, name=row.owner.name)
    return Point(row.key.value, words, "reviews.requests_page", _("Ask for it"), {"id": row.review_id})


def _place(review: Review, person: Person) -> Point:
    words = _("%(name)s is invited and has no access any more.", name=person.name)
    return Point("", words, "reviews.places", _("Change who takes part"), {"id": review.id})


def _requests(review: Review) -> Iterator[Point]:
    """Nobody asked, late, or somebody who is gone."""
    for row in review.inputs:
        if input_filled(row):
            continue
        if row.owner is None:
            words = _("%(title)s: nobody is asked to write it.", title=row.title)
        elif not row.owner.is_active:
            yield _left(row)
            continue
        elif row.wanted_on < today():
            words = _(
                "%(title)s: asked of %(name)s until %(day)s.",
                title=row.title,
                name=row.owner.name,
                day=days.written(row.wanted_on),
            )
        else:
            continue
        yield Point(row.key.value, words, "reviews.requests_page", _("Ask for it"), {"id": review.id})


def _old(review: Review) -> Iterator[Point]:
    """Texts that were written before their data came."""
    newest = _data_at(review)
    for row in review.inputs:
        at = newest.get(row.key.value)
        if input_filled(row) and at is not None and row.written_at is not None and row.written_at < at:
            words = _(
                "%(title)s was written on %(written)s; its data changed on %(changed)s.",
                title=row.title,
                written=days.written(row.written_at.date()),
                changed=days.written(at.date()),
            )
            yield Point(row.key.value, words, "reviews.input", _("Read it again"), {"id": row.id})


def _data_at(review: Review) -> dict[str, datetime]:
    """When the data of an input last changed: indicators by their input, audits, decisions of before."""
    span = review.period_from, review.period_to
    places = {code: key for key, codes in compile_indicators.PLACES.items() for code in codes}
    found: dict[str, datetime] = {}
    entered = (
        select(Indicator.code, func.max(Measurement.entered_at))
        .join(Indicator, Measurement.indicator_id == Indicator.id)
        .where(Measurement.period.between(review.period_from.replace(day=1), review.period_to))
        .group_by(Indicator.code)
    )
    for code, at in db.session.execute(entered):
        for key in (places.get(code, "h"), "c2"):
            found[key] = max(found.get(key, at), at)
    query = select(func.max(Audit.reported_at)).where(Audit.starts_on.between(*span))
    settled = select(func.max(Action.done_at)).where(
        Action.review_id.is_not(None), Action.review_id != review.id
    )
    for key, moment in (("c3", db.session.scalar(query)), ("a", db.session.scalar(settled))):
        if moment is not None:
            found[key] = max(found.get(key, moment), moment)
    return found


def _data(review: Review) -> Iterator[Point]:
    """R14 and R15 by indicator, deadlines that lapsed, decisions of before without news."""
    register = series.read(review.period_from, review.period_to)
    ids = {row.code: row.id for row in register.rows}
    places = {code: key for key, codes in compile_indicators.PLACES.items() for code in codes}
    for one in uncommented(review, register):
        months = _some([days.month(each.first) for each in register.missed(one)])
        words = _(
            "%(code)s %(name)s missed its target in %(months)s, without comment, action or decision.",
            code=one.code,
            name=_name(one),
            months=months,
        )
        yield Point(
            places.get(one.code, "h"), words, "indicators.show", _("Comment it"), {"id": ids[one.code]}
        )
    yield from _without_value(register, places)
    yield from _corrections(review, places)
    yield from _lapsed()
    yield from _previous(review)


def _without_value(register: series.Register, places: dict[str, str]) -> Iterator[Point]:
    """Indicators of an input that lack the same months, each group where all of them can be entered.

    What is counted from the records of this system has nobody to enter it.
    """
    rows = {row.code: row for row in register.rows}
    together: dict[tuple[str, tuple[Month, ...], str], list[series.Series]] = {}
    for one in register.series:
        gaps = register.gaps(one)
        if one.points and gaps and not one.own:
            group = places.get(one.code, "h"), tuple(gaps), rows[one.code].source.value
            together.setdefault(group, []).append(one)
    for (key, lacking, source), same in together.items():
        months = _some([days.month(each.first) for each in lacking])
        if len(same) == 1:
            words = _("%(code)s %(name)s has no value for %(months)s.",
                      code=same[0].code, name=_name(same[0]), months=months)  # fmt: skip
            yield Point(key, words, "indicators.show", _("Enter it"), {"id": rows[same[0].code].id})
            continue
        words = _("%(count)s indicators have no value for %(months)s: %(codes)s.",
                  count=len(same), months=months, codes=listed(one.code for one in same))  # fmt: skip
        if source == Source.MANUAL:
            yield Point(key, words, "indicators.sheet", _("Enter them"), {"month": str(lacking[-1])})
        else:
            yield Point(key, words, "indicators.import_new", _("Import the log"), {"kind": source})


def _corrections(review: Review, places: dict[str, str]) -> Iterator[Point]:
    """Corrections of closed months that nobody decided: the pack would show the value of before."""
    found = compile_corrections.read(review.period_from, review.period_to)
    for each in compile_corrections.waiting(found):
        one, (was, becomes) = each.indicator, compile_corrections.figures(each)
        words = _(
            "%(code)s %(name)s: a correction of %(month)s waits for approval, from %(was)s to %(now)s.",
            code=one.code,
            name=tell(Name(one.name_en, one.name_zh)),
            month=days.month(each.month.first),
            was=tell(was),
            now=tell(becomes),
        )
        yield Point(
            places.get(one.code, "h"), words, "indicators.correction", _("Decide it"), {"id": each.id}
        )


def _name(one: series.Series) -> str:
    return tell(one.name)


def _lapsed() -> Iterator[Point]:
    query = (
        select(Finding.code)
        .where(Finding.grade.in_(NONCONFORMITY), Finding.state.not_in(SETTLED), Finding.next_due_on < today())
        .order_by(Finding.next_due_on, Finding.id)
    )
    codes = list(db.session.scalars(query))
    if codes:
        words = _("Nonconformities past their date: %(codes)s.", codes=_some(codes))
        yield Point("c1", words, "findings.index", _("Look at them"), {"overdue": 1})


def _previous(review: Review) -> Iterator[Point]:
    rows = [row for row in compile_actions.read(review) if row.state == ActionState.OPEN.value]
    silent = [row for row in rows if row.late or not row.note]
    found = select(Action.code, Action.id).where(Action.code.in_([row.code for row in silent]))
    ids = {code: number for code, number in db.session.execute(found)}  # noqa: C416  # no pairs to mypy
    for row in silent:
        words = (
            _(
                "%(code)s of %(review)s is %(days)s days late.",
                code=row.code,
                review=row.review,
                days=row.late,
            )
            if row.late
            else _("%(code)s of %(review)s: nothing was said of it yet.", code=row.code, review=row.review)
        )
        yield Point(
            "a",
            f"{words} {row.title}",
            "findings.action",
            _("Ask %(name)s", name=row.owner),
            {"id": ids[row.code]},
        )


def _people(review: Review) -> Iterator[Point]:
    for each in review.participants:
        gone = [one for one in (each.person, each.deputy) if one is not None and not one.is_active]
        yield from (_place(review, one) for one in gone)
