"""The chapter of late corrections: two values turn out wrong after their month was closed; one is approved,
one waits for a second person."""

from functools import partial
from typing import Any

from sqlalchemy import select

from audit_app.core.db import db
from audit_app.demo.figures import MONTHS, first_month
from audit_app.demo.story import Story, texts
from audit_app.indicators import corrections, entry, queries
from audit_app.indicators import services as indicators
from audit_app.indicators.correction_models import ValueCorrection
from audit_app.indicators.periods import Month


def tell(story: Story) -> None:
    """Put the corrections on the list."""
    first = first_month(story.today)
    for told in texts("late_corrections"):
        month = first.plus(MONTHS - told["ago"])
        story.plan(told["proposed"], 11, partial(_propose, story, month, told))
        if "approved" in told:
            story.plan(told["approved"], 15.5, partial(_approve, story))


def _propose(story: Story, month: Month, told: dict[str, Any]) -> None:
    """Who owns the indicator counts again and says why."""
    indicator = queries.by_code(told["code"])
    assert indicator is not None
    stored = entry.at(indicator, month)
    assert stored is not None
    assert stored.numerator is not None
    indicators.enter_measurement(
        indicator,
        month,
        numerator=stored.numerator - told["less"],
        denominator=stored.denominator,
        comment=stored.comment,
        reason=story.said(told),
        by=indicator.owner or story.people["lin"],
    )


def _approve(story: Story) -> None:
    """Somebody else than who proposed it looks at the records and approves."""
    (made,) = db.session.scalars(select(ValueCorrection).where(corrections.WAITS))
    indicators.approve_correction(made, by=story.people["he" if made.by is story.people["lin"] else "lin"])
