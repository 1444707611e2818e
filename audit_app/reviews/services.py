"""The verbs on a review: plan, prepare, write, hold, approve. Decisions have their own in
``decisions.py``.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import now
from audit_app.core.counters import next_code
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.indicators import locks
from audit_app.notifications.services import queue
from audit_app.reviews import (
    agenda,
    attendance,
    decisions,
    integrated,
    integrating,
    requests,
    sending,
    signing,
    signing_in,
    supplements,
)  # fmt: skip
from audit_app.reviews.compile import compile_pack
from audit_app.reviews.models import (
    AnyKey,
    Climate,
    FrozenFile,
    FrozenPack,
    Participant,
    Review,
    ReviewInput,
    ReviewState,
    key_of,
)
from audit_app.reviews.pack import Pack, Sealing, digest, from_json, to_json
from audit_app.reviews.sign_models import Meaning
from audit_app.reviews.workflow import REVIEW, may_plan, may_write
from audit_app.trail import services as trail

CODE = "MR-{year}-{number:02d}"
Invited = Iterable[tuple[Person, str]]
Renderer = Callable[[Pack], dict[tuple[str, str], bytes]]
"""From a pack to its files: {(language, format): bytes}; given by the door, since rules know no paper."""

ask_decision, edit_decision = decisions.ask_decision, decisions.edit_decision
take_decision, reject_decision = decisions.take_decision, decisions.reject_decision
set_agenda, write_notes = agenda.set_agenda, agenda.write_notes
draw_signature, sign_in = signing_in.draw, signing_in.sign_in
decide_climate = integrating.decide_climate
record_attendance, set_places = attendance.record_attendance, attendance.set_places


def plan_review(
    title: str,
    meets_on: date,
    period_from: date,
    period_to: date,
    chair: Person,
    prepared_by: Person,
    participants: Invited,
    place: str = "",
    *,
    standards: Sequence[str] = (),
    by: Person,
) -> Review:
    """Plan a review: when, about which period, who leads it, who is invited with which function.

    The chair is always among the participants. Raises :class:`Refused` for a period that ends before it
    begins or a
    chair who may not approve.
    """
    _may(by, Permission.REVIEW_PREPARE)
    facts = _checked(title, meets_on, period_from, period_to, chair)
    with db.session.begin_nested():
        review = Review(
            code=next_code(CODE, meets_on.year),
            chair=chair,
            prepared_by=prepared_by,
            place=place.strip(),
            state=ReviewState.PLANNED,
            suitability="",
            adequacy="",
            effectiveness="",
            minutes="",
            quorum=0,
            standards=integrating.known(standards),
            begins=None,
            length=agenda.LENGTH,
            climate=Climate.OPEN,
            climate_reason="",
            **facts,
        )
        _invite(review, participants)
        with trail.act("review.plan", review, by=by, participants=_names(review)):
            db.session.add(review)
    _tell("review.planned", review, by)
    return review


def edit_review(
    review: Review,
    *,
    title: str,
    meets_on: date,
    period_from: date,
    period_to: date,
    chair: Person,
    prepared_by: Person,
    participants: Invited,
    place: str = "",
    standards: Sequence[str] | None = None,
    by: Person,
) -> Review:
    """Change the plan until approval; people who are invited anew are told. ``standards`` None: as before;
    of others the inputs are opened, of those taken out they go, unless something is written."""
    if not may_plan(review, by):
        raise Refused(
            _l("An approved review cannot be changed, and only who prepares it may change it before.")
        )
    facts = _checked(title, meets_on, period_from, period_to, chair)
    known = {each.person_id for each in review.participants}
    with db.session.begin_nested():
        _invite(review, participants, chair)
        with trail.act("review.edit", review, by=by, participants=_names(review)):
            for name, value in facts.items():
                setattr(review, name, value)
            review.chair, review.prepared_by, review.place = chair, prepared_by, place.strip()
            if standards is not None:
                integrating.integrate(review, integrating.known(standards))
    _tell("review.planned", review, by, known)
    return review


def _may(person: Person, permission: Permission) -> None:
    if not person.may(permission):
        raise Refused(_l("Your role does not allow this."))


def _checked(title: str, meets_on: date, period_from: date, period_to: date, chair: Person) -> dict[str, Any]:
    if not title.strip():
        raise Refused(_l("Give the review a title."), "title")
    if period_to < period_from:
        raise Refused(_l("The period ends before it begins."), "period_to")
    if meets_on < period_from:
        raise Refused(_l("The meeting lies before the period it reviews."), "meets_on")
    if not chair.may(Permission.REVIEW_APPROVE):
        raise Refused(
            _l("%(name)s is not top management and cannot lead the review.", name=chair.name), "chair_id"
        )
    return {
        "title": title.strip(),
        "meets_on": meets_on,
        "period_from": period_from,
        "period_to": period_to,
    }


def _invite(review: Review, participants: Invited, chair: Person | None = None) -> None:
    """Make the list of participants what is given, the chair first; attendance already known is kept."""
    chair = chair or review.chair
    wanted = {chair.id: (chair, "")}
    for person, function in participants:
        wanted[person.id] = (person, function.strip())
    known = {each.person_id or each.person.id: each for each in review.participants}
    for each in known.values():
        if each.person_id in wanted and each.deputy_id in wanted and each.deputy is not None:
            raise Refused(
                _l(
                    "%(name)s stands in for %(other)s and cannot take part twice. Name another deputy first.",
                    name=each.deputy.name,
                    other=each.person.name,
                ),
                "participants",
            )
    for person_id, row in known.items():
        if person_id not in wanted:
            review.participants.remove(row)
    for person_id, (person, function) in wanted.items():
        if person_id in known:
            known[person_id].function = function
        else:
            review.participants.append(
                Participant(
                    person=person, person_id=person_id, function=function, required=False, stood_in=False
                )
            )


def _names(review: Review) -> list[str]:
    return [each.person.name for each in review.participants]


def _tell(kind: str, review: Review, by: Person, but: Iterable[int] = ()) -> None:
    quiet = {by.id, *but}
    for each in review.participants:
        if each.person_id not in quiet:
            queue(kind, to=each.person, subject=review)


def start_preparing(review: Review, *, by: Person) -> Review:
    """Open the fourteen inputs of 9.3 for writing."""
    with db.session.begin_nested(), trail.act("review.prepare", review, by=by):
        REVIEW.fire("prepare", review, by=by)
        known = {row.key for row in review.inputs}
        review.inputs += [
            ReviewInput(key=key, text="", reason="")
            for key in integrated.keys_for(review.standards)
            if key not in known
        ]
        agenda.propose(review)
    return review


def input_of(review: Review, key: AnyKey | str) -> ReviewInput:
    """The input of a key. Raises :class:`Refused` while preparation has not started."""
    for row in review.inputs:
        if row.key == key_of(key):
            return row
    raise Refused(_l("Start preparing the review first: then its inputs exist."))


def assign_input(
    review: Review, key: AnyKey | str, *, owner: Person | None, due_on: date | None = None, by: Person
) -> ReviewInput:
    """Say who writes an input, until when; they are told."""
    return requests.assign_input(input_of(review, key), owner=owner, due_on=due_on, by=by)


def _open_for_writing(row: ReviewInput, by: Person) -> None:
    if not may_write(row, by):
        raise Refused(_l("This input cannot be written now, or not by you."))


def write_input(review: Review, key: AnyKey | str, *, text: str, by: Person) -> ReviewInput:
    """Write the assessment of an input; an empty text takes it back."""
    row = input_of(review, key)
    _open_for_writing(row, by)
    with db.session.begin_nested(), trail.act("review_input.write", row, by=by):
        row.text = text.strip()
        row.nothing_to_report, row.reason = False, ""
        row.written_by, row.written_at = (by, now()) if row.text else (None, None)
    return row


def declare_nothing(review: Review, key: AnyKey | str, *, reason: str, by: Person) -> ReviewInput:
    """Declare that there is nothing to report, with the reason and one's name. Written text is replaced."""
    row = input_of(review, key)
    _open_for_writing(row, by)
    if not reason.strip():
        raise Refused(_l("Say why there is nothing to report."), "reason")
    with db.session.begin_nested(), trail.act("review_input.nothing", row, by=by):
        row.text, row.nothing_to_report, row.reason = "", True, reason.strip()
        row.written_by, row.written_at = by, now()
    return row


def hold(
    review: Review,
    *,
    minutes: str,
    suitability: str,
    adequacy: str,
    effectiveness: str,
    next_review_on: date | None = None,
    by: Person,
) -> Review:
    """Record the meeting: minutes, conclusion, date of the next review. Until approval it can be recorded
    again.
    """
    if next_review_on is not None and next_review_on <= review.meets_on:
        raise Refused(_l("The next review must be later than this one."), "next_review_on")
    name = "hold" if review.state is not ReviewState.HELD else "record"
    with db.session.begin_nested(), trail.act(f"review.{name}", review, by=by):
        REVIEW.fire(name, review, by=by)
        review.minutes, review.suitability = minutes.strip(), suitability.strip()
        review.adequacy, review.effectiveness = adequacy.strip(), effectiveness.strip()
        review.next_review_on = next_review_on
    if name == "hold":
        queue("review.held", to=review.chair, subject=review)
    return review


def approve(
    review: Review,
    render: Renderer,
    *,
    asked_again: bool = False,
    sealing: Sealing | None = None,
    next_review_on: date | None = None,
    by: Person,
) -> Review:
    """Approve and freeze: decisions become actions, the pack is compiled once more and kept with its files.

    ``render`` makes the files of a pack; ``asked_again``: the sign-in was repeated for this signature;
    ``sealing``: the certificate that the PDFs are signed with; ``next_review_on`` None: as the record of the
    meeting says. Raises :class:`Refused` with the first rule that does not hold (R11 to R13), or when no next
    review is dated.
    """
    if (following := next_review_on or review.next_review_on) is None or following <= review.meets_on:
        raise Refused(_l("Say when the next review meets: a day after this one."), "next_review_on")
    with db.session.begin_nested():
        with trail.act("review.approve", review, by=by):
            REVIEW.fire("approve", review, by=by)
            review.next_review_on, review.approved_by, review.approved_at = following, by, now()
        decisions.become_actions(review, by=by)
        db.session.flush()
        meaning = signing.meaning_of(review, by)
        compiled = compile_pack(review)
        pack = signing.completed(compiled, meaning, asked_again=asked_again, sealing=sealing)
        _freeze(review, pack, render(pack), meaning, by)
        locks.close(review.period_from, review.period_to, review.code, by=by)
    _tell("review.approved", review, by)
    sending.deliver(review, by=by)
    return review


def _freeze(
    review: Review, pack: Pack, files: dict[tuple[str, str], bytes], meaning: Meaning, by: Person
) -> None:
    """Keep the pack as JSON, the signature over it, and its files."""
    snapshot = to_json(pack)
    frozen = FrozenPack(
        review_id=review.id,
        version=pack.meta.version,
        snapshot=snapshot,
        sha256=digest(snapshot),
        frozen_at=pack.meta.compiled_at,
        frozen_by_id=by.id,
    )
    with trail.act("pack.freeze", frozen, by=by):
        db.session.add(frozen)
    asked_again = bool(pack.conclusion.asked_again)
    signing.record(review, meaning, frozen.sha256, asked_again=asked_again, by=by)
    for (language, kind), content in sorted(files.items()):
        db.session.add(
            FrozenFile(
                review_id=review.id,
                version=pack.meta.version,
                language=language,
                format=kind,
                content=content,
                sha256=_hash(content),
            )
        )
    db.session.flush()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def verify() -> list[str]:
    """What does not match any more: frozen packs and supplements whose JSON, and files whose bytes, differ
    from their hash.
    """
    problems, sealings = [], {}
    rows = db.session.execute(select(FrozenPack, Review.code).join(Review, FrozenPack.review_id == Review.id))
    for frozen, code in rows:
        if digest(frozen.snapshot) != frozen.sha256:
            problems.append(str(_("%(code)s: the frozen pack does not match its hash", code=code)))
            continue
        try:
            pack = from_json(frozen.snapshot)
            same = to_json(pack) == frozen.snapshot
            sealings[frozen.review_id] = pack.meta.sealing
        except ValueError:
            same = False
        if not same:
            problems.append(str(_("%(code)s: the frozen pack cannot be read", code=code)))
    files = db.session.execute(
        select(FrozenFile, Review.code)
        .join(Review, FrozenFile.review_id == Review.id)
        .execution_options(yield_per=4)
    )
    for kept, code in files:
        name = f"{kept.format.upper()} ({kept.language})"
        if signing.seal_is_broken(kept, sealings.get(kept.review_id)):
            problems.append(
                str(_("%(code)s: the signature in the kept file %(name)s is not sound", code=code, name=name))
            )
        if _hash(kept.content) != kept.sha256:
            problems.append(
                str(_("%(code)s: the kept file %(name)s does not match its hash", code=code, name=name))
            )
    for code, name in signing.unbound():
        problems.append(
            str(_("%(code)s: the signature of %(name)s is not over the frozen pack", code=code, name=name))
        )
    return problems + supplements.verify()
