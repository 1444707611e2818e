"""Which periods hold, and how much is due by them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from audit_app.accounts.models import Person
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.retention.models import RetentionPeriod
from audit_app.retention.rules import RULES, Rule, people_due


@dataclass(frozen=True)
class Period:
    """A rule with the days that hold, and how many rows are due now."""

    rule: Rule
    days: int
    due: int
    version: int = 0

    @property
    def before(self) -> datetime:
        """Rows older than this are due (UTC)."""
        return now() - timedelta(days=self.days)


def periods() -> list[Period]:
    """Every rule; one count for each."""
    chosen = {row.key: row for row in db.session.scalars(select(RetentionPeriod))}
    return [_period(rule, chosen.get(rule.key)) for rule in RULES]


def period(key: str) -> Period:
    """One rule by its key. Raises :class:`NotVisible` when there is none."""
    rule = next((rule for rule in RULES if rule.key == key), None)
    if rule is None:
        raise NotVisible
    return _period(rule, db.session.get(RetentionPeriod, key))


def _period(rule: Rule, row: RetentionPeriod | None) -> Period:
    days = row.days if row else rule.days
    due = rule.count(now() - timedelta(days=days))
    return Period(rule, days, due, row.version if row else 0)


def people(found: Period, most: int = 50) -> list[Person]:
    """Whose personal data are due, at most so many."""
    return list(db.session.scalars(people_due(found.before).limit(most)))
