"""Each approval freezes a version of the programme; two versions are compared audit by audit."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from audit_app.accounts.library import clause_order
from audit_app.accounts.models import Person
from audit_app.core.db import db
from audit_app.core.errors import NotVisible, Refused
from audit_app.core.labels import Label
from audit_app.exports.values import listed, named_role
from audit_app.programme.gaps import scoped_audits
from audit_app.programme.models import Audit, AuditState, Programme, TeamRole
from audit_app.programme.record_models import GapKind, ProgrammeVersion, VersionAudit, VersionGap

SCOPE = ("processes", "departments", "sites")


class Change(Label):
    """How an audit differs between two versions."""

    ADDED = "added", _l("Added"), "success"
    REMOVED = "removed", _l("Removed"), "danger"
    MOVED = "moved", _l("Moved"), "warning"
    CHANGED = "changed", _l("Changed"), "info"


LABELS: dict[str, Any] = {
    "kind": _l("Kind"),
    "title": _l("Title"),
    "starts_on": _l("First day"),
    "ends_on": _l("Last day"),
    "lead": _l("Lead auditor"),
    "team": _l("Audit team"),
    "criteria": _l("Criteria"),
    "clauses": _l("Clauses"),
    "processes": _l("Processes"),
    "departments": _l("Departments"),
    "sites": _l("Sites"),
}


@dataclass(frozen=True)
class Difference:
    """One audit that differs; ``facts`` are (label, before, after), ``reason`` is what was written down."""

    change: Change
    audit_id: int
    code: str
    title: str
    reason: str
    facts: tuple[tuple[Any, Any, Any], ...] = field(default=())


@dataclass(frozen=True)
class GapDifference:
    """A gap justified in one version only (the other reason is None), or with another reason."""

    kind: GapKind
    key: str
    before: str | None
    after: str | None


def copy_of(audit: Audit) -> VersionAudit:
    """An audit as a row of a version, not yet stored."""
    scope: dict[str, list[str]] = {"clauses": [str(clause) for clause in audit.clauses]}
    scope |= {name: sorted(each.code for each in getattr(audit, name)) for name in SCOPE}
    scope["team"] = sorted(f"{each.person.name} ({each.role.value})" for each in audit.members)
    cancelled = audit.state is AuditState.CANCELLED
    return VersionAudit(
        audit_id=audit.id, code=audit.code, kind=audit.kind, title=audit.title, starts_on=audit.starts_on,
        ends_on=audit.ends_on, state=audit.state, lead=audit.lead.name if audit.lead else "",
        criteria=audit.criteria, scope=scope, rationale=audit.rationale,
        change_reason=audit.cancel_reason if cancelled else audit.change_reason,
    )  # fmt: skip


def freeze(programme: Programme, *, by: Person, at: Any) -> ProgrammeVersion:
    """Keep the programme as approved: its text, its audits and its justified gaps, under the next number."""
    version = ProgrammeVersion(
        programme_id=programme.id, number=1 + max((each.number for each in programme.versions), default=0),
        title=programme.title, objectives=programme.objectives, risks=programme.risks,
        methods=programme.methods, reason=programme.revision_reason, approved_by=by, approved_at=at,
        audits=[copy_of(audit) for audit in scoped_audits(programme)],
        gaps=[
            VersionGap(kind=each.kind, key=each.key, reason=each.reason, by_name=each.by.name, at=each.at)
            for each in programme.gaps
        ],
    )  # fmt: skip
    db.session.add(version)
    db.session.flush()
    db.session.expire(programme, ["versions"])
    return version


def of(programme: Programme) -> list[ProgrammeVersion]:
    """The versions of a programme with their audits and gaps, the oldest first. Three queries."""
    query = select(ProgrammeVersion).where(ProgrammeVersion.programme_id == programme.id)
    loaded = (selectinload(ProgrammeVersion.audits), selectinload(ProgrammeVersion.gaps))
    return list(db.session.scalars(query.options(*loaded).order_by(ProgrammeVersion.number)))


def get(programme: Programme, number: int) -> tuple[ProgrammeVersion, ProgrammeVersion | None]:
    """A version, and the one before it. Raises :class:`NotVisible`."""
    found = {each.number: each for each in of(programme)}
    if number not in found:
        raise NotVisible
    return found[number], found.get(number - 1)


def since_approval(programme: Programme) -> tuple[list[Difference], list[GapDifference]]:
    """How audits and justified gaps differ from what was approved last; nothing before the first version."""
    versions = of(programme)
    if not versions:
        return [], []
    audits = difference(versions[-1].audits, [copy_of(audit) for audit in scoped_audits(programme)])
    return audits, gap_difference(versions[-1].gaps, programme.gaps)


def gap_difference(before: Iterable[Any], after: Iterable[Any]) -> list[GapDifference]:
    """Justifications that were given, taken back or worded anew."""
    old = {(each.kind, each.key): each.reason for each in before}
    new = {(each.kind, each.key): each.reason for each in after}
    keys = sorted({*old, *new}, key=lambda each: (each[0].value, clause_order(each[1])))
    return [
        GapDifference(kind, key, old.get((kind, key)), new.get((kind, key)))
        for kind, key in keys
        if old.get((kind, key)) != new.get((kind, key))
    ]


def difference(before: Iterable[VersionAudit], after: Iterable[VersionAudit]) -> list[Difference]:
    """What was added, removed (or cancelled), moved and changed, in the order of the first day."""
    old = {each.audit_id: each for each in before}
    new = {each.audit_id: each for each in after}
    order = sorted({**old, **new}.values(), key=lambda each: (each.starts_on, each.code))
    found = [_compared(old.get(each.audit_id), new.get(each.audit_id)) for each in order]
    return [each for each in found if each is not None]


def team_is_approved(audit: Audit) -> bool:
    """Whether another lead or team changes what was approved, so that a reason is asked for."""
    return bool(audit.programme.versions) and bool(audit.lead or audit.members)


def reason_given(audit: Audit, before: VersionAudit, reason: str) -> None:
    """Keep why an approved audit changes. Raises :class:`Refused` when it does and nobody says why."""
    if not audit.programme.versions or not difference([before], [copy_of(audit)]):
        return
    if not reason.strip():
        words = _l(
            "This audit is part of an approved programme. Say why it changes: the next version shows it."
        )
        raise Refused(words, field="change_reason")
    audit.change_reason = reason.strip()


def _compared(old: VersionAudit | None, new: VersionAudit | None) -> Difference | None:
    was, stands = _takes_place(old), _takes_place(new)
    if old is None or not was:
        return (
            Difference(Change.ADDED, new.audit_id, new.code, new.title, new.rationale)
            if stands and new
            else None
        )
    if new is None or not stands:
        reason = new.change_reason if new else ""
        return Difference(Change.REMOVED, old.audit_id, old.code, old.title, reason)
    facts = tuple(
        (LABELS[name], before, after)
        for name in LABELS
        if (before := _fact(old, name)) != (after := _fact(new, name)) and not _completes(old, name)
    )
    if not facts:
        return None
    moved = (old.starts_on, old.ends_on) != (new.starts_on, new.ends_on)
    change = Change.MOVED if moved else Change.CHANGED
    return Difference(change, new.audit_id, new.code, new.title, new.change_reason, facts)


def _completes(old: VersionAudit, name: str) -> bool:
    """Whether naming somebody completes what was approved instead of changing it: a first lead, a first team
    where not even the lead was named. What was approved before teams were kept says nothing of them."""
    if name == "lead":
        return not old.lead
    return name == "team" and ("team" not in old.scope or not (old.lead or old.scope["team"]))


def _takes_place(audit: VersionAudit | None) -> bool:
    return audit is not None and audit.state is not AuditState.CANCELLED


def team_of(audit: VersionAudit) -> list[str]:
    """The members as approved, each with the function in the reader's language; it is kept by its key."""
    kept = [each.rpartition(" (") for each in audit.scope.get("team", ())]
    return [named_role(name, str(TeamRole(role.rstrip(")")).label)) for name, _bracket, role in kept]


def _fact(audit: VersionAudit, name: str) -> Any:
    if name == "team":
        return listed(team_of(audit))
    if name in audit.scope or name in {"clauses", *SCOPE}:
        return ", ".join(audit.scope.get(name, ()))
    value = getattr(audit, name)
    return value.label if isinstance(value, Label) else value
