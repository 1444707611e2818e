"""The chapter of the register: what is aimed at changes in the middle of the year."""

from functools import partial

from audit_app.demo.figures import MONTHS, first_month
from audit_app.demo.story import Story, texts
from audit_app.indicators import queries
from audit_app.indicators import services as indicators
from audit_app.indicators.periods import Month


def tell(story: Story) -> None:
    """Put what is decided about indicators on the list."""
    first = first_month(story.today)
    for each in texts("register")["targets"]:
        month = first.plus(MONTHS - each["ago"])
        story.plan(story.offset(month.first) + 2, 14, partial(_raise, story, month, each))


def _raise(story: Story, month: Month, told: dict[str, object]) -> None:
    indicator = queries.by_code(str(told["code"]))
    assert indicator is not None
    reason = story.said(told["reason"])  # type: ignore[arg-type]  # both languages, as the file has them
    indicators.set_target(indicator, told["target"], month=month, reason=reason, by=story.people["lin"])
