"""What the pages show: plain values, so that templates compute nothing."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.certification import gaps, queries
from audit_app.certification.milestones import Milestone, Place
from audit_app.certification.models import Certificate, CertificateState, Rule, RuleKind, Unit
from audit_app.certification.standing import Standing, periods_of, standing
from audit_app.certification.workflow import CERTIFICATE, may_attach, may_edit
from audit_app.evidence import queries as evidence
from audit_app.findings.models import Finding, Grade
from audit_app.trail import queries as trail
from audit_app.web.formats import day

LATE = "danger"


def page(certificate: Certificate, person: Person) -> dict[str, Any]:
    """Everything of the page of one cycle."""
    found = standing(certificate)
    seen = queries.seen_audits(person)
    audit = queries.gap_audit(certificate, to=person)
    return {
        "certificate": certificate,
        "standing": found,
        "rows": [station(each, found, seen, certificate) for each in found.stations],
        "next_words": next_words(found),
        "next_tone": next_tone(found),
        "offers": CERTIFICATE.offers(certificate, person),
        "may_edit": may_edit(certificate, person),
        "may_attach": may_attach(certificate, person) is None and person.may(Permission.EVIDENCE_ADD),
        "seen": seen,
        "sees_reviews": person.may(Permission.REVIEW_SEE),
        "gap_list": gaps.gaps(audit, to=person) if audit is not None else None,
        "findings": queries.external_findings(person),
        "cycles": queries.cycles(person),
        "files": evidence.of(certificate),
        "history": trail.history(certificate),
    }


def station(each: Milestone, found: Standing, seen: set[int], certificate: Certificate) -> dict[str, Any]:
    """One line of the timeline."""
    rule = next((row for row in certificate.scheme.rules if row.kind is each.rule), None)
    return {
        "station": each,
        "place": each.place(found.on),
        "current": each is found.next,
        "left": left_words(each, found) if each is found.next else "",
        "audit": each.audit if each.audit is not None and each.audit.id in seen else None,
        "rule": _source(rule) if rule is not None else "",
    }


def _source(rule: Rule) -> str:
    """Period and source; a period of nothing is not worth saying."""
    return f"{rule_words(rule)} · {rule.cited}" if rule.amount else rule.cited


def rule_words(rule: Rule) -> str:
    """Number and unit of a rule."""
    if rule.unit is Unit.DAYS:
        return ngettext("%(num)s day", "%(num)s days", rule.amount)
    if rule.unit is Unit.MONTHS:
        return ngettext("%(num)s month", "%(num)s months", rule.amount)
    return ngettext("%(num)s calendar year, to its end", "%(num)s calendar years, to their end", rule.amount)


def left_words(each: Milestone, found: Standing) -> str:
    """How many days are left, or have passed."""
    left = each.days_left(found.on)
    if left is None:
        return ""
    if left < 0:
        return ngettext("%(num)s day past", "%(num)s days past", -left)
    return ngettext("%(num)s day left", "%(num)s days left", left)


def next_words(found: Standing) -> str:
    """The one sentence of what happens next."""
    state, following = found.certificate.state, found.next
    if state is CertificateState.RENEWED:
        return _("This cycle is renewed. Its story stays here; the next cycle goes on.")
    if state is CertificateState.ENDED:
        return _("This cycle has ended: %(reason)s", reason=found.certificate.reason)
    if following is None:
        return _("Nothing more is due in this cycle.")
    if found.expired:
        return _("The certificate ended on %(day)s.", day=day(found.certificate.valid_until))
    if state is CertificateState.SUSPENDED:
        return _("The certificate is suspended: %(reason)s", reason=found.certificate.reason)
    return _sentence(following, found)


def _sentence(following: Milestone, found: Standing) -> str:
    left, what = left_words(following, found), following.title
    if following.place(found.on) is Place.PASSED:
        return _(
            "%(what)s: the window closed on %(day)s (%(left)s). Speak with the certification body today.",
            what=what, day=day(following.due_on), left=left,
        )  # fmt: skip
    if following.due_on is not None:
        return _(
            "%(what)s, by %(day)s at the latest: %(left)s.", what=what, day=day(following.due_on), left=left
        )
    if following.planned_on is not None:
        return _(
            "%(what)s, planned for %(day)s: %(left)s.", what=what, day=day(following.planned_on), left=left
        )
    return _("%(what)s. No date is set yet.", what=what)


def next_tone(found: Standing) -> str:
    """Colour of that sentence."""
    if found.expired or found.certificate.state is CertificateState.SUSPENDED or found.passed:
        return LATE
    if found.certificate.running and (found.missing or found.warns):
        return "warning"
    return "success" if found.certificate.running else "primary"


def proposed_deadline(finding: Finding) -> Any:
    """The day by which the scheme of the running cycle wants the answer; None where it has no rule."""
    certificate = queries.running()
    kind = {Grade.MAJOR: RuleKind.MAJOR_ANSWER, Grade.MINOR: RuleKind.MINOR_ANSWER}.get(finding.grade)
    if certificate is None or kind is None or finding.audit is None:
        return None
    rule = periods_of(certificate.scheme).get(kind)
    return rule.after(finding.audit.ends_on) if rule is not None else None
