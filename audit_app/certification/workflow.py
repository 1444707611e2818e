"""The life of a cycle as a table, with the sentences that say why a step cannot be taken yet."""

from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission as P
from audit_app.certification.milestones import MilestoneKind
from audit_app.certification.models import Certificate, CertificateState, RuleKind
from audit_app.certification.standing import periods_of, standing
from audit_app.core.clock import today
from audit_app.core.days import SaidDay
from audit_app.core.workflow import Step, Workflow

S = CertificateState


def stage_2_reported(certificate: Certificate, _person: Person) -> Any:
    """The body decides on the result of stage 2."""
    found = {each.kind: each for each in standing(certificate).stations}
    two = found.get(MilestoneKind.STAGE_2)
    if two is None or two.done_on is not None:
        return None
    return _l("Stage 2 is not reported. The body decides after it: plan and report the stage 2 audit first.")


def recertified(certificate: Certificate, _person: Person) -> Any:
    """A new cycle follows a recertification audit."""
    found = {each.kind: each for each in standing(certificate).stations}
    if found[MilestoneKind.RECERTIFICATION].done_on is not None:
        return None
    return _l("The recertification audit is not reported. Plan and report it first.")


def can_be_restored(certificate: Certificate, _person: Person) -> Any:
    """After its end a certificate is renewed only while the scheme lets it be restored."""
    until, rule = certificate.valid_until, periods_of(certificate.scheme).get(RuleKind.RESTORE)
    if until is None or until >= today():
        return None
    last = rule.after(until) if rule is not None else until
    if last >= today():
        return None
    return _l(
        "The certificate ended on %(until)s and could be restored until %(last)s. That window has passed: "
        "end this cycle and start a new one with stage 1 and stage 2.",
        until=SaidDay(until),
        last=SaidDay(last),
    )


def still_valid(certificate: Certificate, _person: Person) -> Any:
    """A suspension is lifted only while the certificate runs."""
    until = certificate.valid_until
    if until is None or until >= today():
        return None
    return _l("The certificate ended on %(until)s; its suspension cannot be lifted.", until=SaidDay(until))


CERTIFICATE = Workflow(
    "certificate",
    (
        Step("certify", _l("Record the certification decision"), (S.PREPARING,), S.CERTIFIED, P.AUDIT_PLAN,
             (stage_2_reported,)),
        Step("renew", _l("Record the recertification"), (S.CERTIFIED, S.SUSPENDED), S.RENEWED, P.AUDIT_PLAN,
             (recertified, can_be_restored)),
        Step("resume", _l("Suspension lifted"), (S.SUSPENDED,), S.CERTIFIED, P.AUDIT_PLAN, (still_valid,)),
        Step("suspend", _l("Record a suspension"), (S.CERTIFIED,), S.SUSPENDED, P.AUDIT_PLAN, (), "danger"),
        Step("end", _l("End this cycle"), (S.PREPARING, S.CERTIFIED, S.SUSPENDED), S.ENDED, P.AUDIT_PLAN, (),
             "danger"),
    ),
)  # fmt: skip


def may_attach(certificate: Certificate, _person: Person) -> Any:
    """Why no file can be attached any more; None while the cycle runs."""
    if certificate.running:
        return None
    return _l("%(code)s is over. Attach the file to the cycle that is running.", code=certificate.code)


def may_edit(certificate: Certificate, person: Person) -> bool:
    """Whether the facts of the cycle can still be changed, and by this person."""
    return certificate.running and person.may(P.AUDIT_PLAN)
