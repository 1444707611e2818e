"""The appointment of an audit team: who, as what, when, how independent and competent, what is waived."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from audit_app.accounts.models import Person
from audit_app.competence import queries as competence
from audit_app.competence.models import Competence
from audit_app.core.db import db
from audit_app.dossiers.papers import DASH, head, moment, paper, signed
from audit_app.evidence import queries as evidence
from audit_app.evidence.models import Attachment
from audit_app.exports.document import (
    Block,
    Callout,
    Document,
    Grid,
    GridColumn,
    Heading,
    KeepTogether,
    Letterhead,
    Signature,
    Signatures,
    Text,
)
from audit_app.exports.values import Badge, Strong, days, listed, titled
from audit_app.programme import fitness
from audit_app.programme.models import Audit
from audit_app.programme.waiver_models import WaiverKind
from audit_app.programme.waivers import waivers_of
from audit_app.trail.queries import history


@dataclass(frozen=True)
class Appointed:
    """When the team was named as it stands, and by whom; nothing where the trail does not tell."""

    at: datetime | None = None
    by: str = ""


def appointed(audit: Audit, approved_at: datetime | None) -> Appointed:
    """When the team's appointment took effect: it was named, and the programme that asks for it was approved.

    A team that is named in a draft programme is a proposal until the programme is approved.
    """
    acts = [each for each in history(audit) if each.action in ("audit.add", "audit.team")]
    if not acts or audit.lead is None:
        return Appointed()
    named = acts[0]
    if approved_at is not None and named.at < approved_at:
        return Appointed(approved_at, named.actor_name)
    return Appointed(named.at, named.actor_name)


def team_of(audit: Audit) -> list[Person]:
    """Everybody in the team, the lead first, observers too."""
    return ([audit.lead] if audit.lead else []) + [member.person for member in audit.members]


def records_of(people: Iterable[Person], *, to: Person) -> list[Competence] | None:
    """Their records of competence by person, the newest last; None for somebody who may not read them."""
    if not competence.sees_every_record(to):
        return None
    query = competence.visible_to(to).where(Competence.person_id.in_([each.id for each in people]))
    return list(
        db.session.scalars(query.order_by(Competence.person_id, Competence.awarded_on, Competence.id))
    )


def certificates(records: Sequence[Competence]) -> dict[int, list[Attachment]]:
    """The files that hang on records of competence, by record."""
    return evidence.of_many("competence", [each.id for each in records])


def appointment(audit: Audit, when: Appointed, records: Sequence[Competence] | None) -> Document:
    """Leader and members with their functions, the dates, independence, competence, waivers, signatures."""
    manager = audit.programme.manager
    words = _(
        "For the audit %(code)s the following persons are appointed for %(days)s. They audit "
        "impartially, keep confidential what they learn, and do not audit their own work "
        "(ISO/IEC 20000-1, 9.2.2).",
        code=audit.code, days=days(audit.starts_on, audit.ends_on),
    )  # fmt: skip
    facts = (*head(audit), (_("Appointed on"), moment(when.at)), (_("Appointed by"), when.by or DASH))
    blocks: list[Block] = [
        Letterhead(_("Appointment of the audit team"), audit.title, None, facts),
        Text(words),
        _seats(audit),
        Heading(_("Independence"), 2),
        *_independence(audit),
        Heading(_("Waivers"), 2),
        _waivers(audit),
        Heading(_("Competence on the first day of the audit"), 2),
        *_competence(audit, records),
        KeepTogether(
            (
                Heading(_("Signatures"), 2),
                Signatures(
                    (
                        signed(_("Appointed by"), manager, when.at),
                        Signature(_("Lead auditor"), audit.lead.name if audit.lead else ""),
                    )
                ),
            )
        ),
    ]
    return paper(_("Appointment of the audit team"), f"{audit.code}-A", blocks)


def _seats(audit: Audit) -> Grid:
    columns = (
        GridColumn(_("Name"), 2.4),
        GridColumn(_("Function in the audit"), 2),
        GridColumn(_("Job title"), 3.4),
        GridColumn(_("Department"), 3),
    )
    seats = [(audit.lead, _("Lead auditor"))] if audit.lead else []
    seats += [(member.person, str(member.role.label)) for member in audit.members]
    rows = tuple(
        (Strong(p.name), role, p.job_title or DASH, p.department.name if p.department else DASH)
        for p, role in seats
    )
    return Grid(columns, rows, compact=True, empty=_("Nobody was named as team."))


def _independence(audit: Audit) -> list[Block]:
    """The statement, or who is tied to what; whether a tie is waived is said with it."""
    found = fitness.dependent(audit.auditors, fitness.Plan.of(audit))
    if not found:
        words = _(
            "Each member of the team declares: I do not own, lead, belong to or answer for what is audited, "
            "and did not work there lately. The system has compared the team with the scope and found no tie."
        )
        return [Text(words)]
    open_ = {id(each) for each in fitness.not_waived(found, audit)}
    ties: dict[tuple[str, bool], list[str]] = {}
    for each in found:
        place = (each.person.name, id(each) in open_)
        ties.setdefault(place, []).append(str(getattr(each.subject, "name", each.subject)))
    rows = tuple(
        (
            Strong(name),
            listed(subjects),
            Badge(_("no waiver is approved"), "bad") if bare else _("a waiver is approved, see below"),
        )
        for (name, bare), subjects in ties.items()
    )
    columns = (GridColumn(_("Name"), 2), GridColumn(_("Tied to"), 7), GridColumn(_("Waiver"), 3))
    words = _("Each member of the team declares to be independent of what is audited, but for these ties:")
    return [Text(words), Grid(columns, rows, compact=True)]


def _competence(audit: Audit, records: Sequence[Competence] | None) -> list[Block]:
    if records is None:
        return [Text(_("Records of competence are shown to auditors and to those who see every audit."))]
    files = certificates(records)
    columns = (
        GridColumn(_("Name"), 1.3),
        GridColumn(_("Competent for"), 2.8),
        GridColumn(_("Grounds"), 5.6),
        GridColumn(_("Valid"), 1.7),
        GridColumn(_("On the first day"), 1.7),
    )
    alike: dict[tuple[Any, ...], list[Competence]] = {}
    for each in records:
        if each.awarded_on <= audit.starts_on:
            key = (each.person_id, each.grounds, each.awarded_on, each.ends_on, each.withdrawn_on)
            alike.setdefault(key, []).append(each)
    rows = tuple(_record(each, audit, files) for each in alike.values())
    blocks: list[Block] = [
        Grid(columns, rows, compact=True, empty=_("No competence of the team is recorded.")),
    ]
    places = fitness.places(audit.lead, [(member.person, member.role) for member in audit.members])
    lacking = fitness.not_waived(fitness.incompetent(places, fitness.Plan.of(audit)), audit)
    if lacking:
        blocks.append(Callout(tuple(str(each.words) for each in lacking), "warn", _("Without a waiver")))
    return blocks


def _record(
    alike: Sequence[Competence], audit: Audit, files: Mapping[int, list[Attachment]]
) -> tuple[Any, ...]:
    """One row for what was shown on the same grounds at the same time."""
    record = alike[0]
    valid = record.covers_day(audit.starts_on)
    judged = record.evaluated_by.name if record.evaluated_by else record.issuer
    attached = tuple(
        f"{file.filename} · {file.sha256[:8]}" for each in alike for file in files.get(each.id, ())
    )
    return (
        Strong(record.person.name),
        tuple(_mastered(each) for each in alike),
        (titled(str(record.basis.label), record.grounds), judged or DASH, *attached),
        " – ".join((str(record.awarded_on), str(record.ends_on or _("without end")))),
        Badge(_("Valid"), "good") if valid else Badge(_("Not valid"), "warn"),
    )


def _mastered(record: Competence) -> str:
    clauses = ", ".join(map(str, record.clauses))
    return f"{record.what} ({clauses})" if clauses else str(record.what)


def _waivers(audit: Audit) -> Grid:
    columns = (
        GridColumn(_("Who, and what is waived"), 3),
        GridColumn(_("Reason"), 4),
        GridColumn(_("Compensating measure"), 4),
        GridColumn(_("Approved"), 2.2),
    )
    rows = tuple(
        (
            (Strong(each.person.name), str(WaiverKind(each.kind).label), listed(each.subjects)),
            each.reason,
            each.measure,
            (each.approved_by.name if each.approved_by else DASH, moment(each.approved_at)),
        )
        for each in waivers_of(audit)
    )
    return Grid(columns, rows, compact=True, empty=_("Nothing is waived in this audit."))
