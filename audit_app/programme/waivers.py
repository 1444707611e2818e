"""Waivers: asked with reason and compensating measure, approved by somebody else, printed in the report."""

from collections.abc import Iterable
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, false, or_, select
from sqlalchemy.orm import joinedload

from audit_app.accounts import queries as accounts
from audit_app.accounts.language import LOCALES
from audit_app.accounts.models import Bilingual, Person
from audit_app.accounts.permissions import Permission as P
from audit_app.competence.rules import LEAD
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import NotVisible, Refused
from audit_app.notifications import services as notifications
from audit_app.programme import fitness, queries
from audit_app.programme.models import Audit, AuditState, TeamRole
from audit_app.programme.waiver_models import Waiver, WaiverKind, WaiverState
from audit_app.trail import services as trail

OPEN = (AuditState.PLANNED, AuditState.NOTIFIED, AuditState.IN_PROGRESS)


def waivers_of(audit: Audit) -> list[Waiver]:
    """The approved waivers of an audit, the oldest first: what its report has to print."""
    return [each for each in audit.waivers if each.state is WaiverState.APPROVED]


def needed(audit: Audit, person: Person, kind: WaiverKind) -> list[fitness.Unfit]:
    """What of one kind stands between a person and the places they might take in an audit's team."""
    plan = fitness.Plan.of(audit)
    if kind is WaiverKind.INDEPENDENCE:
        return fitness.dependent([person], plan)
    seats = [LEAD] if person.may(P.AUDIT_CONDUCT) else []
    return fitness.incompetent([(person, seat) for seat in (*seats, TeamRole.AUDITOR.value)], plan)


def may_approve(person: Person, concerned: Person) -> bool:
    """Top management or the audit programme manager approves, never the person concerned."""
    return person.id != concerned.id and (person.may(P.PROGRAMME_APPROVE) or person.may(P.AUDIT_PLAN))


def ask(
    audit: Audit,
    person: Person,
    kind: WaiverKind,
    reason: str,
    measure: str,
    *,
    approve: bool = False,
    by: Person,
) -> Waiver:
    """Ask for a waiver; with ``approve`` the asker approves it in their own name in the same step.

    Raises :class:`Refused` when nothing has to be waived, or reason or measure are missing.
    """
    kind = WaiverKind(kind)
    if audit.state not in OPEN:
        raise Refused(_l("The audit is “%(state)s”: nothing is waived any more.", state=audit.state.label))
    if not reason.strip():
        words = _l("Say why nobody else can audit here: the waiver stands in the report.")
        raise Refused(words, field="reason")
    if not measure.strip():
        words = _l(
            "Say what compensates for it: a second auditor, a review by another person, a closer look."
        )
        raise Refused(words, field="measure")
    covers = [_named(each) for each in needed(audit, person, kind)]
    _worth_asking(audit, person, kind, {each["key"] for each in covers})
    waiver = Waiver(
        kind=kind, covers=covers, reason=reason.strip(), measure=measure.strip(), asked_by=by, asked_at=now()
    )
    with db.session.no_autoflush:
        waiver.audit, waiver.person = audit, person
    with trail.act("waiver.ask", waiver, by=by, person=person.name, covers=[each["en"] for each in covers]):
        db.session.add(waiver)
    if approve:
        return approve_waiver(waiver, by=by)
    for boss in accounts.people_with(P.PROGRAMME_APPROVE):
        if may_approve(boss, person):
            notifications.queue("waiver.asked", to=boss, subject=waiver)
    return waiver


def approve_waiver(waiver: Waiver, *, by: Person) -> Waiver:
    """Let the person audit here in spite of it; the approver answers for it by name."""
    if waiver.state is not WaiverState.ASKED:
        raise Refused(_l("This waiver is “%(state)s” already.", state=waiver.state.label))
    if by.id == waiver.person_id:
        words = _l(
            "Nobody approves a waiver for themselves. Ask top management or another programme manager."
        )
        raise Refused(words)
    if not may_approve(by, waiver.person):
        raise Refused(_l("Only top management or the audit programme manager approves a waiver."))
    with trail.act("waiver.approve", waiver, by=by):
        waiver.approved_by, waiver.approved_at = by, now()
    if waiver.asked_by_id != by.id:
        notifications.queue("waiver.approved", to=waiver.asked_by, subject=waiver)
    return waiver


def withdraw_waiver(waiver: Waiver, reason: str, *, by: Person) -> Waiver:
    """Decline what was asked, or take back what was approved; the team is then stopped at its next step."""
    if waiver.state is WaiverState.WITHDRAWN:
        raise Refused(_l("This waiver is “%(state)s” already.", state=waiver.state.label))
    if waiver.audit.state not in OPEN:
        words = _l("The audit has been reported with this waiver: it stays as it is.")
        raise Refused(words)
    if not reason.strip():
        raise Refused(_l("Say why the waiver is revoked."), field="reason")
    with trail.act("waiver.withdraw", waiver, by=by):
        waiver.withdrawn_by_id, waiver.withdrawn_at = by.id, now()
        waiver.withdrawn_reason = reason.strip()
    if waiver.asked_by_id != by.id:
        notifications.queue("waiver.withdrawn", to=waiver.asked_by, subject=waiver)
    return waiver


def _worth_asking(audit: Audit, person: Person, kind: WaiverKind, wanted: set[str]) -> None:
    if not wanted:
        words = _l("Nothing stands in the way of %(person)s here: no waiver is needed.", person=person.name)
        raise Refused(words, field="person")
    for each in audit.waivers:
        mine = each.person_id == person.id and each.kind is kind
        if mine and each.state is not WaiverState.WITHDRAWN and wanted <= each.keys:
            words = _l(
                "There is a waiver for %(person)s and this audit already: “%(state)s”.",
                person=person.name,
                state=each.state.label,
            )
            raise Refused(words, field="person")


def _named(unfit: fitness.Unfit) -> dict[str, str]:
    """A conflict by its key and its name in both languages."""
    subject = unfit.subject
    if isinstance(subject, Bilingual):
        return {"key": unfit.key, "en": subject.name_en, "zh": subject.name_zh}
    if isinstance(subject, Person | str) and not hasattr(subject, "label"):
        name = subject if isinstance(subject, str) else subject.name
        return {"key": unfit.key, "en": name, "zh": name}
    names = {}
    for short, locale in LOCALES.items():
        with force_locale(locale):
            names[short] = str(subject.label)
    return {"key": unfit.key, **names}


# --- reading -----------------------------------------------------------------------------------------------


def visible_to(person: Person) -> Select[Waiver]:
    """The waivers a person may see: those of the audits they see."""
    query = select(Waiver).join(Waiver.audit).options(joinedload(Waiver.audit))
    if queries.sees_every_audit(person):
        return query
    return (
        query.where(or_(queries.theirs(person), Waiver.person_id == person.id))
        if person.may(P.AUDIT_SEE)
        else query.where(false())
    )


def get(waiver_id: int, *, to: Person) -> Waiver:
    """One waiver. Raises :class:`NotVisible`."""
    found = db.session.scalar(visible_to(to).where(Waiver.id == waiver_id))
    if found is None:
        raise NotVisible
    return found


def register(to: Person, *, state: str = "", kind: str = "", year: str = "") -> Select[Waiver]:
    """The register of waivers, the newest first."""
    query = visible_to(to)
    approved, withdrawn = Waiver.approved_at.is_not(None), Waiver.withdrawn_at.is_not(None)
    wanted: dict[str, tuple[Any, ...]] = {
        "asked": (~approved, ~withdrawn),
        "approved": (approved, ~withdrawn),
        "withdrawn": (withdrawn,),
    }
    query = query.where(*wanted.get(state, ()))
    if kind in {each.value for each in WaiverKind}:
        query = query.where(Waiver.kind == WaiverKind(kind))
    if year.isdecimal():
        query = query.where(Audit.programme.has(year=int(year)))
    return query.order_by(Waiver.id.desc())


def to_approve(_person: Person) -> Select[Waiver]:
    """Waivers that wait for approval, except those for the person themselves."""
    return (
        select(Waiver)
        .where(Waiver.approved_at.is_(None), Waiver.withdrawn_at.is_(None), Waiver.person_id != _person.id)
        .options(joinedload(Waiver.audit))
    )


def unfit_by_person(found: Iterable[fitness.Unfit]) -> dict[Person, list[fitness.Unfit]]:
    """The reasons by person, for pages."""
    grouped: dict[Person, list[fitness.Unfit]] = {}
    for each in found:
        grouped.setdefault(each.person, []).append(each)
    return grouped


def may_attach(waiver: Waiver, person: Person) -> Any:
    """Why no file can hang on the waiver, e.g. the signed approval; None when it can."""
    if waiver.audit.state not in OPEN:
        return _l("The audit has been reported with this waiver: it stays as it is.")
    if not person.may(P.AUDIT_PLAN):
        return _l("Only the audit programme manager attaches files to a waiver.")
    return None
