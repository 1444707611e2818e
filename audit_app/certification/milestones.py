"""The cycle as dates: pure functions from the decision, the rules and the audits that stand in the register.

Nothing here reads a database or a clock, so that every window can be checked by hand.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from flask_babel import lazy_gettext as _l

from audit_app.certification.models import RuleKind, Unit
from audit_app.core.labels import Label
from audit_app.programme.models import AuditKind

YEAR = 365.25


class MilestoneKind(Label):
    """The stations of a cycle, in the order of life."""

    OPERATION = "operation", _l("Trial operation complete")
    STAGE_1 = "stage_1", _l("Stage 1 audit")
    STAGE_2 = "stage_2", _l("Stage 2 audit")
    DECISION = "decision", _l("Certification decision")
    SURVEILLANCE = "surveillance", _l("Surveillance audit")
    RECERTIFICATION = "recertification", _l("Recertification audit")
    EXPIRY = "expiry", _l("End of the certificate")


class Place(Label):
    """Where a station stands as seen on a day."""

    DONE = "done", _l("Done"), "success"
    DONE_LATE = "done_late", _l("Done after its last day"), "warning"
    OPEN = "open", _l("Window open"), "warning"
    AHEAD = "ahead", _l("Ahead"), "secondary"
    PASSED = "passed", _l("Window has passed"), "danger"
    UNDATED = "undated", _l("No date yet"), "secondary"


@dataclass(frozen=True)
class Period:
    """The period of a rule."""

    amount: int
    unit: Unit

    def after(self, day: date) -> date:
        """The last day of the period that begins on ``day``; calendar years end on 31 December."""
        if self.unit is Unit.DAYS:
            return day + timedelta(days=self.amount)
        if self.unit is Unit.MONTHS:
            return day + relativedelta(months=self.amount)
        return date(day.year + self.amount, 12, 31)

    def before(self, day: date) -> date:
        """The first day of the period that ends on ``day``."""
        if self.unit is Unit.DAYS:
            return day - timedelta(days=self.amount)
        return day - relativedelta(months=self.amount * (1 if self.unit is Unit.MONTHS else 12))


Periods = Mapping[RuleKind, Period]


@dataclass(frozen=True)
class Held:
    """An audit as far as the cycle cares: ``done`` when it is reported."""

    id: int
    code: str
    kind: AuditKind
    starts_on: date
    ends_on: date
    done: bool
    reported_on: date | None = None


@dataclass(frozen=True)
class Facts:
    """The dates of a certificate. ``renewal``: the cycle follows another, so there is no stage 1 and 2."""

    operating_since: date | None = None
    decided_on: date | None = None
    valid_until: date | None = None
    renewal: bool = False


@dataclass(frozen=True)
class Milestone:
    """One station: its window, the audit that serves it, and which rule set its last day."""

    kind: MilestoneKind
    number: int = 0
    opens_on: date | None = None
    due_on: date | None = None
    done_on: date | None = None
    audit: Held | None = None
    rule: RuleKind | None = None

    @property
    def planned_on(self) -> date | None:
        """First day of the audit that will serve it; None once done."""
        return self.audit.starts_on if self.audit is not None and self.done_on is None else None

    @property
    def title(self) -> Any:
        """What it is called, with its number where there are several."""
        if self.number:
            return _l("Surveillance audit %(number)d", number=self.number)
        return self.kind.label

    def place(self, on: date) -> Place:
        """Where it stands on a day."""
        if self.done_on is not None:
            late = self.due_on is not None and self.done_on > self.due_on
            return Place.DONE_LATE if late else Place.DONE
        if self.due_on is not None and self.due_on < on:
            return Place.PASSED
        if self.due_on is None and self.opens_on is None and self.planned_on is None:
            return Place.UNDATED
        begins = self.opens_on or self.planned_on
        return Place.OPEN if begins is not None and begins <= on else Place.AHEAD

    def days_left(self, on: date) -> int | None:
        """Days to the last day of the window, or to the day planned; negative when it has passed."""
        waits = self.opens_on if self.kind is MilestoneKind.OPERATION else None
        last = self.due_on or self.planned_on or waits
        return (last - on).days if last is not None and self.done_on is None else None

    def planned_outside(self) -> bool:
        """Whether the audit is planned to end after the window, or to begin before it."""
        if self.audit is None or self.done_on is not None:
            return False
        early = self.opens_on is not None and self.audit.starts_on < self.opens_on
        return early or (self.due_on is not None and self.audit.ends_on > self.due_on)


def timeline(facts: Facts, periods: Periods, held: Iterable[Held], on: date) -> tuple[Milestone, ...]:
    """All stations of a cycle in order. ``held`` are the audits of the register, cancelled ones left out."""
    audits = sorted(held, key=lambda each: (each.starts_on, each.id))
    first = [] if facts.renewal else _preparation(facts, periods, audits, on)
    decision = Milestone(
        MilestoneKind.DECISION, done_on=facts.decided_on, opens_on=first[-1].done_on if first else None
    )
    return (*first, decision, *_cycle(facts, periods, audits))


def _last(audits: list[Held], kind: AuditKind, until: date | None) -> Held | None:
    found = [each for each in audits if each.kind is kind and (until is None or each.ends_on <= until)]
    return found[-1] if found else None


def _preparation(facts: Facts, periods: Periods, audits: list[Held], on: date) -> list[Milestone]:
    complete = None
    if facts.operating_since is not None:
        period = periods.get(RuleKind.OPERATION)
        complete = period.after(facts.operating_since) if period else facts.operating_since
    one = _last(audits, AuditKind.STAGE_1, facts.decided_on)
    two = _last(audits, AuditKind.STAGE_2, facts.decided_on)
    operation = Milestone(
        MilestoneKind.OPERATION, opens_on=complete, rule=RuleKind.OPERATION,
        done_on=complete if complete is not None and complete <= on else None,
    )  # fmt: skip
    stage_1 = _served(MilestoneKind.STAGE_1, one, opens_on=complete)
    return [operation, stage_1, _served(MilestoneKind.STAGE_2, two, opens_on=stage_1.done_on)]


def _served(kind: MilestoneKind, audit: Held | None, **given: Any) -> Milestone:
    done_on = audit.ends_on if audit is not None and audit.done else None
    return Milestone(kind, audit=audit, done_on=done_on, **given)


def _cycle(facts: Facts, periods: Periods, audits: list[Held]) -> list[Milestone]:
    """Surveillance, recertification and the end: what follows from the decision."""
    decided, until = facts.decided_on, facts.valid_until
    if decided is None or until is None:
        kinds = (MilestoneKind.RECERTIFICATION, MilestoneKind.EXPIRY)
        watched = [Milestone(MilestoneKind.SURVEILLANCE, number) for number in (1, 2)]
        return [*watched, *(Milestone(kind) for kind in kinds)]
    inside = [each for each in audits if decided < each.starts_on]
    renewals = [each for each in inside if each.kind is AuditKind.RECERTIFICATION]
    by, opens = periods.get(RuleKind.RENEW_BY), periods.get(RuleKind.RENEW_OPENS)
    renewal = _served(
        MilestoneKind.RECERTIFICATION, renewals[0] if renewals else None, rule=RuleKind.RENEW_BY,
        opens_on=opens.before(until) if opens else None, due_on=by.before(until) if by else until,
    )  # fmt: skip
    expiry = Milestone(MilestoneKind.EXPIRY, due_on=until, rule=RuleKind.VALIDITY)
    return [*_surveillance(decided, until, periods, inside), renewal, expiry]


def _surveillance(decided: date, until: date, periods: Periods, inside: list[Held]) -> list[Milestone]:
    """One a year, except in the year of the recertification; each counts from the one before."""
    audits = [each for each in inside if each.kind is AuditKind.SURVEILLANCE and each.starts_on <= until]
    found: list[Milestone] = []
    anchor = decided
    for number in range(1, max(1, round((until - decided).days / YEAR))):
        rule = RuleKind.FIRST if number == 1 else RuleKind.NEXT
        period, opens = periods.get(rule), periods.get(RuleKind.OPENS)
        due = min(period.after(anchor), until) if period else None
        audit = audits[number - 1] if number <= len(audits) else None
        found.append(
            _served(
                MilestoneKind.SURVEILLANCE, audit, number=number, rule=rule, due_on=due,
                opens_on=opens.before(due) if opens and due else None,
            )
        )  # fmt: skip
        anchor = (audit.ends_on if audit is not None else None) or due or anchor
    return found


def next_of(milestones: Iterable[Milestone]) -> Milestone | None:
    """The first station that is not done."""
    return next((each for each in milestones if each.done_on is None), None)
