"""The chapter of the register: a target changes in the middle of the year, and one indicator is redefined."""

from functools import partial
from typing import Any

from audit_app.demo.figures import MONTHS, first_month
from audit_app.demo.story import Story, texts
from audit_app.indicators import queries
from audit_app.indicators import services as indicators
from audit_app.indicators.definitions import OTHER
from audit_app.indicators.periods import Month
from audit_app.indicators.register import SAME


def tell(story: Story) -> None:
    """Put what is decided about indicators on the list."""
    first = first_month(story.today)
    for each in texts("register")["targets"]:
        month = first.plus(MONTHS - each["ago"])
        story.plan(story.offset(month.first) + 2, 14, partial(_raise, story, month, each))
    for each in texts("register")["redefinitions"]:
        month = first.plus(MONTHS - each["ago"])
        story.plan(story.offset(month.first) + 3, 14, partial(_redefine, story, month, each))


def _raise(story: Story, month: Month, told: dict[str, Any]) -> None:
    indicator = queries.by_code(told["code"])
    assert indicator is not None
    reason = story.said(told["reason"])
    indicators.set_target(indicator, told["target"], month=month, reason=reason, by=story.people["lin"])


def _redefine(story: Story, month: Month, told: dict[str, Any]) -> None:
    indicator = queries.by_code(told["code"])
    assert indicator is not None
    facts = {
        name: getattr(indicator, name) for name in (*SAME, "direction", "value_kind", "source", "active")
    }
    facts |= {"process_id": indicator.process_id, "owner_id": indicator.owner_id, **told["facts"]}
    indicators.edit_indicator(
        indicator, by=story.people["lin"], meaning=OTHER, since=month, why=story.said(told["why"]), **facts
    )
