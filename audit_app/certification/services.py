"""The verbs of the certification cycle: the only code that changes its rows."""

from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.certification import library, queries
from audit_app.certification.milestones import MilestoneKind
from audit_app.certification.models import (
    Certificate,
    CertificateState,
    Rule,
    RuleKind,
    Scheme,
    Unit,
)
from audit_app.certification.standing import periods_of, standing
from audit_app.certification.workflow import CERTIFICATE, may_edit
from audit_app.core.clock import today
from audit_app.core.counters import next_code
from audit_app.core.days import SaidDay
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.trail import services as trail

CODE = "CERT-{year}-{number:02d}"
VALIDITY = 36
"""Months of validity where a scheme names none."""


# --- rules --------------------------------------------------------------------------------------------------


def load_rules(*, by: Person | None) -> list[Scheme]:
    """Copy the schemes that ship into the database; those already there are left as they are."""
    known = set(db.session.scalars(select(Scheme.code)))
    made = []
    for each in library.shipped():
        if each["code"] in known:
            continue
        scheme = Scheme(code=each["code"], title=each["title"], body=each["body"])
        scheme.rules = [
            Rule(
                kind=RuleKind(row["kind"]), amount=row["amount"], unit=Unit(row["unit"]), source=row["source"]
            )
            for row in each["rules"]
        ]
        with trail.act("certification_scheme.load", scheme, by=by, rules=len(scheme.rules)):
            db.session.add(scheme)
        made.append(scheme)
    return made


def add_scheme(title: str, body: str, like: Scheme, *, by: Person) -> Scheme:
    """A scheme of one body, beginning with the rules of another. Raises :class:`Refused`."""
    _may(by)
    name = _said(title, _l("Name the document with its edition."), "title")
    if name in set(db.session.scalars(select(Scheme.title))):
        raise Refused(
            _l("A scheme of this title is there already. Change its rules, or choose another title."), "title"
        )
    scheme = Scheme(code=next_code("CS-{number:02d}", 0), title=name, body=body.strip())
    scheme.rules = [
        Rule(kind=rule.kind, amount=rule.amount, unit=rule.unit, source=rule.source) for rule in like.rules
    ]
    with trail.act("certification_scheme.add", scheme, by=by, like=like.code):
        db.session.add(scheme)
    return scheme


def edit_rule(rule: Rule, *, amount: int | None, unit: Unit, source: str, by: Person) -> Rule:
    """Change a period; where it is written must be named. Raises :class:`Refused`."""
    _may(by)
    if amount is None or not 0 <= amount <= 3650:
        raise Refused(_l("Give a number from 0 to 3650."), "amount")
    words = _said(
        source, _l("Name the source: document, edition and clause, or the contract with the body."), "source"
    )
    if rule.kind is RuleKind.VALIDITY and amount == 0:
        raise Refused(_l("A certificate without validity is none. Give at least one month."), "amount")
    with db.session.begin_nested(), trail.act("certification_rule.edit", rule, by=by):
        rule.amount, rule.unit, rule.source = amount, unit, words
    return rule


# --- the certificate ----------------------------------------------------------------------------------------


def begin_cycle(
    *,
    scheme: Scheme,
    standard: str,
    body: str,
    scope: str = "",
    operating_since: date | None = None,
    review_before_on: date | None = None,
    review_before_note: str = "",
    by: Person,
) -> Certificate:
    """Begin the preparation of a first certificate; one cycle runs at a time. Raises :class:`Refused`."""
    _may(by)
    other = queries.running()
    if other is not None:
        raise Refused(
            _l("%(code)s is running. End it before another cycle begins, or record its recertification.",
               code=other.code)
        )  # fmt: skip
    facts = _facts(standard, body, scope, operating_since, review_before_on, review_before_note)
    certificate = Certificate(
        code=next_code(CODE, today().year), scheme=scheme, state=CertificateState.PREPARING, number="",
        reason="",
        **facts,
    )  # fmt: skip
    with db.session.begin_nested(), trail.act("certificate.begin", certificate, by=by):
        db.session.add(certificate)
    return certificate


def edit_certificate(
    certificate: Certificate,
    *,
    scheme: Scheme,
    standard: str,
    body: str,
    scope: str = "",
    operating_since: date | None = None,
    review_before_on: date | None = None,
    review_before_note: str = "",
    by: Person,
) -> Certificate:
    """Change the facts of a running cycle. Raises :class:`Refused`."""
    if not may_edit(certificate, by):
        raise Refused(_l("This cycle is over, or your role does not change it."))
    facts = _facts(standard, body, scope, operating_since, review_before_on, review_before_note)
    with db.session.begin_nested(), trail.act("certificate.edit", certificate, by=by):
        certificate.scheme = scheme
        for name, value in facts.items():
            setattr(certificate, name, value)
    return certificate


def _facts(
    standard: str, body: str, scope: str, since: date | None, paper_on: date | None, paper_note: str
) -> dict[str, Any]:
    if since is not None and since > today():
        raise Refused(
            _l("The system cannot have been in operation since a day that is still to come."),
            "operating_since",
        )
    if paper_on is not None and paper_on > today():
        raise Refused(
            _l("A review that is still to come is planned under management reviews."), "review_before_on"
        )
    if paper_on is not None and not paper_note.strip():
        raise Refused(_l("Say where the minutes of that review are kept."), "review_before_note")
    return {
        "standard": _said(standard, _l("Name the standard with its edition."), "standard"),
        "body": _said(body, _l("Name the certification body."), "body"),
        "scope": scope.strip(),
        "operating_since": since,
        "review_before_on": paper_on,
        "review_before_note": paper_note.strip(),
    }


def certify(
    certificate: Certificate,
    *,
    decided_on: date | None,
    valid_until: date | None = None,
    number: str = "",
    by: Person,
) -> Certificate:
    """Record the body's decision; the windows of the cycle follow from its day.

    Without ``valid_until`` the rule of the scheme sets it. Raises :class:`Refused` for a decision before the
    end of stage 2 or in the future, and for a validity that does not lie after the decision.
    """
    day = _decision_day(decided_on)
    two = next((e for e in standing(certificate).stations if e.kind is MilestoneKind.STAGE_2), None)
    if two is not None and two.done_on is not None and day < two.done_on:
        raise Refused(
            _l("The decision lies before the end of stage 2 on %(day)s. Look at the certificate again.",
               day=SaidDay(two.done_on)), "decided_on",
        )  # fmt: skip
    until = _validity(certificate.scheme, day, day, valid_until)
    with (
        db.session.begin_nested(),
        trail.act("certificate.certify", certificate, by=by),
        db.session.no_autoflush,
    ):
        CERTIFICATE.fire("certify", certificate, by=by)
        certificate.decided_on, certificate.valid_until = day, until
        certificate.number = number.strip()
    return certificate


def renew(
    certificate: Certificate,
    *,
    decided_on: date | None,
    valid_until: date | None = None,
    number: str = "",
    by: Person,
) -> Certificate:
    """Record the recertification: this cycle ends renewed, the next one begins. Returns the next cycle.

    Without ``valid_until`` the new certificate runs on from the last day of the old one.
    Raises :class:`Refused`.
    """
    day = _decision_day(decided_on)
    held = next(e for e in standing(certificate).stations if e.kind is MilestoneKind.RECERTIFICATION)
    if held.done_on is not None and day < held.done_on:
        raise Refused(
            _l("The decision lies before the end of the recertification audit on %(day)s.",
               day=SaidDay(held.done_on)), "decided_on",
        )  # fmt: skip
    until = _validity(certificate.scheme, day, certificate.valid_until or day, valid_until)
    with db.session.begin_nested():
        with trail.act("certificate.renew", certificate, by=by):
            CERTIFICATE.fire("renew", certificate, by=by)
        following = Certificate(
            code=next_code(CODE, day.year), scheme=certificate.scheme, standard=certificate.standard,
            body=certificate.body, scope=certificate.scope, number=number.strip() or certificate.number,
            state=CertificateState.CERTIFIED, operating_since=certificate.operating_since, decided_on=day,
            valid_until=until, previous=certificate, review_before_note="", reason="",
        )  # fmt: skip
        with trail.act("certificate.begin", following, by=by):
            db.session.add(following)
    return following


def suspend(certificate: Certificate, *, reason: str, by: Person) -> Certificate:
    """The body has suspended the certificate, for a reason."""
    return _with_reason(certificate, "suspend", reason, by)


def end(certificate: Certificate, *, reason: str, by: Person) -> Certificate:
    """The cycle ends: withdrawn, given up, expired, or the preparation was stopped."""
    return _with_reason(certificate, "end", reason, by)


def resume(certificate: Certificate, *, reason: str = "", by: Person) -> Certificate:
    """The suspension is lifted."""
    with (
        db.session.begin_nested(),
        trail.act("certificate.resume", certificate, by=by, reason=reason.strip()),
    ):
        CERTIFICATE.fire("resume", certificate, by=by)
        certificate.reason = reason.strip()
    return certificate


def _with_reason(certificate: Certificate, step: str, reason: str, by: Person) -> Certificate:
    words = _said(reason, _l("Say why, as the body's letter says it."), "reason")
    with db.session.begin_nested(), trail.act(f"certificate.{step}", certificate, by=by, reason=words):
        CERTIFICATE.fire(step, certificate, by=by)
        certificate.reason = words
    return certificate


def _decision_day(day: date | None) -> date:
    if day is None:
        raise Refused(_l("Give the day of the decision; it stands on the certificate."), "decided_on")
    if day > today():
        raise Refused(
            _l("The decision cannot lie in the future. Record it when the certificate is here."), "decided_on"
        )
    return day


def _validity(scheme: Scheme, decided: date, anchor: date, given: date | None) -> date:
    """The last day of validity: as given, else by the scheme's rule, the day before the anniversary."""
    rule = periods_of(scheme).get(RuleKind.VALIDITY)
    last = rule.after(anchor) if rule is not None else anchor + relativedelta(months=VALIDITY)
    until = given or (last - relativedelta(days=1) if anchor == decided else last)
    if until <= decided:
        raise Refused(
            _l("The certificate would end on %(until)s, not after its decision on %(decided)s. "
               "Correct one of the two.",
               until=SaidDay(until), decided=SaidDay(decided)), "valid_until",
        )  # fmt: skip
    return until


def _may(by: Person) -> None:
    if not by.may(Permission.AUDIT_PLAN):
        raise Refused(_l("Your role does not plan the certification cycle."))


def _said(text: str, words: Any, field: str) -> str:
    if not text.strip():
        raise Refused(words, field)
    return text.strip()
