"""Where the organisation stands on a day: the stations, the next one, and what is still missing before it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.certification import queries
from audit_app.certification.milestones import (
    Facts,
    Held,
    Milestone,
    MilestoneKind,
    Period,
    Periods,
    Place,
    next_of,
    timeline,
)
from audit_app.certification.models import Certificate, CertificateState, RuleKind, Scheme
from audit_app.core.clock import today
from audit_app.core.days import SaidDay
from audit_app.findings.models import CHECKED, NONCONFORMITY, Grade
from audit_app.programme.models import EXTERNAL, AuditKind

WARNING = 90
"""Days ahead of time where a scheme has no rule of its own."""


@dataclass(frozen=True)
class Check:
    """One thing the body will look for before the next step: whether it is there, in words, and where."""

    ok: bool
    words: Any
    audit: int | None = None
    review: int | None = None


@dataclass(frozen=True)
class Basis:
    """What the checks look at, read once: audits, reviews with the one kept on paper, the day, the rules."""

    certificate: Certificate
    periods: Periods
    on: date
    internal: Sequence[Held]
    reviews: Sequence[tuple[int | None, str, date]]
    stations: Sequence[Milestone]
    findings: Sequence[queries.OpenFinding] = ()

    @property
    def before(self) -> date:
        """The day by which things must be there: the first day of the next audit, else its last day."""
        following = next_of(self.stations)
        day = (following.planned_on or following.due_on) if following is not None else None
        return max(day, self.on) if day is not None else self.on

    def last_internal(self) -> Held | None:
        """The last internal audit reported before that day."""
        found = [
            each for each in self.internal if each.done and (each.reported_on or each.ends_on) <= self.before
        ]
        return found[-1] if found else None

    def last_review(self) -> tuple[int | None, str, date] | None:
        """The last management review that met before that day."""
        found = [each for each in self.reviews if each[2] <= self.before]
        return found[-1] if found else None


@dataclass(frozen=True)
class Standing:
    """The page in one value."""

    certificate: Certificate
    on: date
    stations: tuple[Milestone, ...]
    checks: tuple[Check, ...]
    warn_days: int
    next: Milestone | None = field(default=None)

    @property
    def missing(self) -> list[Check]:
        """The checks that do not hold."""
        return [each for each in self.checks if not each.ok]

    @property
    def expired(self) -> bool:
        """Past its last day and neither renewed nor ended."""
        until = self.certificate.valid_until
        return self.certificate.running and until is not None and until < self.on

    @property
    def passed(self) -> list[Milestone]:
        """Stations whose window closed without them, up to the next one that is not done."""
        return [each for each in self.stations if each.place(self.on) is Place.PASSED]

    @property
    def warns(self) -> bool:
        """Whether the next window closes within the days of warning, or has closed."""
        left = self.next.days_left(self.on) if self.next is not None else None
        return self.certificate.running and left is not None and left <= self.warn_days


def periods_of(scheme: Scheme) -> dict[RuleKind, Period]:
    """The rules of a scheme as periods."""
    return {rule.kind: Period(rule.amount, rule.unit) for rule in scheme.rules}


def stations_of(certificate: Certificate, held: Sequence[Held], on: date) -> tuple[Milestone, ...]:
    """The stations of a certificate, with the audits of the register in their places."""
    facts = Facts(
        certificate.operating_since, certificate.decided_on, certificate.valid_until,
        certificate.previous_id is not None,
    )  # fmt: skip
    return timeline(facts, periods_of(certificate.scheme), held, on)


def standing(certificate: Certificate, on: date | None = None) -> Standing:
    """Where a certificate stands on a day. Three queries, however many audits, reviews, findings."""
    day, periods = on or today(), periods_of(certificate.scheme)
    held = queries.held((*EXTERNAL, AuditKind.INTERNAL))
    outside = [each for each in held if each.kind in EXTERNAL]
    stations = stations_of(certificate, outside, day)
    reviews: list[tuple[int | None, str, date]] = list(queries.reviews_met())
    if certificate.review_before_on is not None:
        reviews.append((None, certificate.review_before_note, certificate.review_before_on))
    basis = Basis(
        certificate, periods, day, [each for each in held if each.kind is AuditKind.INTERNAL],
        sorted(reviews, key=lambda each: each[2]), stations, queries.open_of_body(),
    )  # fmt: skip
    warning = periods.get(RuleKind.WARNING)
    days = (warning.after(day) - day).days if warning else WARNING
    checks = _checks(basis) if certificate.running else ()
    return Standing(certificate, day, stations, checks, days, next_of(stations))


def _checks(basis: Basis) -> tuple[Check, ...]:
    """The checks of the state the cycle is in."""
    table = PREPARING if basis.certificate.state is CertificateState.PREPARING else IN_CYCLE
    return tuple(found for check in table if (found := check(basis)) is not None)


# --- the checks, one a function; each says in words what is there or what to do -----------------------------


def operated_long_enough(basis: Basis) -> Check | None:
    """China: at least three months of operation before the certification audit."""
    rule, since = basis.periods.get(RuleKind.OPERATION), basis.certificate.operating_since
    if rule is None:
        return None
    if since is None:
        return Check(
            False, _l("Say since when the system has been in operation: the body asks for a minimum.")
        )
    complete = rule.after(since)
    first = next((each.planned_on for each in basis.stations if each.planned_on is not None), None)
    if complete > (first or basis.on):
        return Check(
            False,
            _l(
                "In operation since %(since)s; the minimum is reached on %(day)s. Hold the audit after it.",
                since=SaidDay(since),
                day=SaidDay(complete),
            ),
        )
    return Check(
        True,
        _l(
            "In operation since %(since)s, long enough since %(day)s.",
            since=SaidDay(since),
            day=SaidDay(complete),
        ),
    )


def stage_1_reported(basis: Basis) -> Check | None:
    """Stage 2 follows stage 1."""
    one = next((each for each in basis.stations if each.kind is MilestoneKind.STAGE_1), None)
    if one is None:
        return None
    if one.done_on is not None:
        return Check(True, _l("Stage 1 was reported."), one.audit.id if one.audit else None)
    if one.audit is not None:
        return Check(
            False,
            _l("Stage 1 is planned for %(day)s and not reported yet.", day=SaidDay(one.audit.starts_on)),
            one.audit.id,
        )
    return Check(False, _l("No stage 1 audit is planned. Agree a date with the body and plan it."))


def internal_audit_done(basis: Basis) -> Check:
    """An internal audit is complete before stage 2, and in the months before each later audit."""
    last = basis.last_internal()
    if last is None:
        return Check(False, _l("No internal audit is reported before %(day)s.", day=SaidDay(basis.before)))
    return _recent(
        basis, last.ends_on, last.id, None,
        _l("The last internal audit ended on %(day)s.", day=SaidDay(last.ends_on)),
        _l("The last internal audit ended on %(day)s, too long before the next step. "
           "Hold and report one first.",
           day=SaidDay(last.ends_on)),
    )  # fmt: skip


def review_held(basis: Basis) -> Check:
    """A management review has met before stage 2, and in the months before each later audit."""
    last = basis.last_review()
    if last is None:
        return Check(
            False,
            _l(
                "No management review has met before %(day)s. Hold one and record it.",
                day=SaidDay(basis.before),
            ),
        )
    number, note, day = last
    there = (
        _l("The last management review met on %(day)s.", day=SaidDay(day))
        if number is not None
        else _l("A management review met on %(day)s, kept on paper: %(note)s", day=SaidDay(day), note=note)
    )
    return _recent(
        basis, day, None, number, there,
        _l("The last management review met on %(day)s, too long before the next step. Hold one first.",
           day=SaidDay(day)),
    )  # fmt: skip


def _recent(basis: Basis, day: date, audit: int | None, review: int | None, yes: Any, no: Any) -> Check:
    rule = basis.periods.get(RuleKind.OWN_AUDIT)
    in_time = rule is None or rule.after(day) >= basis.before
    return Check(in_time, yes if in_time else no, audit, review)


def review_after_audit(basis: Basis) -> Check | None:
    """R12: the review comes after the internal audit, whose results are its input."""
    audit, review = basis.last_internal(), basis.last_review()
    if audit is None or review is None:
        return None
    if review[2] > audit.ends_on:
        return Check(True, _l("The management review met after the internal audit."), None, review[0])
    return Check(
        False,
        _l(
            "The management review of %(review)s was before the end of the internal audit on %(audit)s. "
            "Audit results are an input: hold a review after it.",
            review=SaidDay(review[2]),
            audit=SaidDay(audit.ends_on),
        ),
        audit.id,
        review[0],
    )


def under_way(basis: Basis) -> Check | None:
    """An internal audit that has begun and is not reported will not count before the next step."""
    begun = [each for each in basis.internal if not each.done and each.starts_on <= basis.before]
    if not begun:
        return None
    last = begun[-1]
    return Check(
        False,
        _l(
            "The internal audit of %(day)s is not reported yet; report it, then let the review meet.",
            day=SaidDay(last.starts_on),
        ),
        last.id,
    )


def planned_in_window(basis: Basis) -> Check | None:
    """The next audit of the body stands in the programme, inside its window."""
    following = next_of(basis.stations)
    if following is None or following.kind in (MilestoneKind.DECISION, MilestoneKind.EXPIRY):
        return None
    if following.audit is None:
        return Check(
            False,
            _l(
                "%(what)s: no audit is planned. Agree a date with the body and plan it.", what=following.title
            ),
        )
    audit, due, opens = following.audit, following.due_on, following.opens_on
    if due is not None and audit.ends_on > due:
        words = _l(
            "%(what)s is planned for %(day)s, after its last day %(due)s. "
            "Move it, or ask the body in writing.",
            what=following.title, day=SaidDay(audit.starts_on), due=SaidDay(due),
        )  # fmt: skip
        return Check(False, words, audit.id)
    if opens is not None and audit.starts_on < opens:
        words = _l(
            "%(what)s is planned for %(day)s, before its window opens on %(opens)s. "
            "Ask the body whether it counts.",
            what=following.title, day=SaidDay(audit.starts_on), opens=SaidDay(opens),
        )  # fmt: skip
        return Check(False, words, audit.id)
    words = _l("%(what)s is planned for %(day)s.", what=following.title, day=SaidDay(audit.starts_on))
    return Check(True, words, audit.id)


def majors_verified(basis: Basis) -> Check | None:
    """Major nonconformities of stage 2 are verified in time, or stage 2 is held again (17021-1, 9.5.3.2)."""
    rule = basis.periods.get(RuleKind.MAJORS)
    found = [
        each
        for each in basis.findings
        if each.kind is AuditKind.STAGE_2 and each.grade is Grade.MAJOR and each.state not in CHECKED
    ]
    if rule is None or not found:
        return None
    last = min(rule.after(each.audit_ends_on) for each in found)
    if last < basis.on:
        words = _l(
            "A major nonconformity of stage 2 was to be verified by %(day)s. Stage 2 must be held again.",
            day=SaidDay(last),
        )
    else:
        words = _l(
            "Major nonconformities of stage 2 to verify by %(day)s: %(count)d.",
            day=SaidDay(last),
            count=len(found),
        )
    return Check(False, words)


def answered_in_time(basis: Basis) -> Check | None:
    """Nonconformities of the body are answered by its own deadline."""
    owed = [each for each in basis.findings if each.grade in NONCONFORMITY and not each.answered]
    if not owed:
        return Check(True, _l("No answer is owed to the certification body."))
    undated = sum(each.body_due_on is None for each in owed)
    if undated:
        return Check(
            False,
            _l(
                "Nonconformities of the body without its deadline: %(count)d. Enter it from the report.",
                count=undated,
            ),
        )
    last = min(each.body_due_on for each in owed if each.body_due_on is not None)
    if last < basis.on:
        return Check(
            False,
            _l("An answer to the body was due on %(day)s. Ask for more time today.", day=SaidDay(last)),
        )
    return Check(
        False,
        _l(
            "Answers owed to the body: %(count)d, the first by %(day)s.",
            count=len(owed),
            day=SaidDay(last),
        ),
    )


PREPARING = (
    operated_long_enough, stage_1_reported, internal_audit_done, review_held, review_after_audit, under_way,
    planned_in_window, majors_verified, answered_in_time,
)  # fmt: skip
"""Before the first certificate."""
IN_CYCLE = (
    planned_in_window, internal_audit_done, review_held, review_after_audit, under_way, answered_in_time,
)  # fmt: skip
"""While a certificate is valid."""
