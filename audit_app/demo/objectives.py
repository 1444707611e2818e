"""The chapter of the objectives: set with the first month, measured by indicators, two of them closed."""

from datetime import timedelta
from functools import partial
from typing import Any

from audit_app.accounts import queries as accounts
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.demo.figures import first_month
from audit_app.demo.story import Story, texts
from audit_app.indicators import queries
from audit_app.indicators import services as indicators
from audit_app.indicators.objective_models import Objective


def tell(story: Story) -> None:
    """Put setting and closing of the objectives on the list."""
    first = first_month(story.today)
    for text in texts("objectives"):
        begins = first.plus(text["facts"]["set"])
        story.plan(story.offset(begins.first), 9, partial(_set, story, text))
        if "closed" in text:
            story.plan(-text["closed"]["days"], 14, partial(_close, story, text))


def _set(story: Story, text: dict[str, Any]) -> None:
    facts = text["facts"]
    process = next(each for each in accounts.processes() if each.code == facts["process"])
    chosen = [queries.by_code(code) for code in facts["indicators"]]
    indicators.add_objective(
        code=text["code"], name_en=text["en"], name_zh=text["zh"], owner_id=story.people[facts["owner"]].id,
        process_id=process.id, department_id=story.departments[facts["department"]].id,
        **{name: story.said(text[name]) for name in ("measures", "resources", "evaluation")},
        set_on=today(), due_on=first_month(story.today).plus(facts["due"]).first - timedelta(days=1),
        indicator_ids=[each.id for each in chosen if each is not None], by=story.people["lin"],
    )  # fmt: skip


def _close(story: Story, text: dict[str, Any]) -> None:
    objective = db.session.query(Objective).filter_by(code=text["code"]).one()
    closed = text["closed"]
    indicators.close_objective(
        objective, state=closed["state"], result=story.said(closed), closed_on=today(), by=story.people["lin"]
    )
