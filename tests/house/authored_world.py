"""What the sweeps need of authoring: a checklist of one's own with a question of every kind, in three versions.

The first is planned into an audit, the second is published, the third is a draft.
"""

from typing import Any

from audit_app.checklists import questions, services
from audit_app.checklists.models import Need, ResponseKind
from audit_app.programme.models import Audit
from tests.people import People

CHOICES = {"options": [{"key": "a", "en": "All", "zh": "全部"}, {"key": "b", "en": "None", "zh": "没有"}]}


def build(p: People, audit: Audit) -> dict[str, Any]:
    """Made by the services, as people would."""
    version = services.add_template(title_en="Walk-through", title_zh="现场巡查", by=p.lead)
    for number, kind in enumerate(ResponseKind, start=1):
        row = questions.add_question(
            version, clause=f"8.7.{number}", assessable=True, prompt_en=f"{kind.value}?", prompt_zh=f"问题{number}？",
            by=p.lead,
        )  # fmt: skip
        settings = CHOICES if kind is ResponseKind.CHOICE else {}
        questions.set_response(row, kind, settings, needs=Need.NOTE, weight=number, topic="", by=p.lead)
    questions.set_condition(version.questions[2], version.questions[1], ["no"], by=p.lead)
    services.publish(version, by=p.lead)
    planned = services.add_checklist(audit, version, by=p.lead)
    second = services.new_version(version.template, by=p.lead)
    questions.edit_question(second.questions[0], prompt_en="Otherwise?", prompt_zh="换一种问法？", by=p.lead)
    services.publish(second, by=p.lead)
    draft = services.new_version(version.template, by=p.lead)
    return {"planned": planned, "published": second, "draft": draft}


def addresses(made: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What fills the parameters of the authoring pages."""
    draft = made["draft"]
    rows = [{"id": row.id} for row in draft.questions[:4]]
    return {
        "checklists.response": [rows[0], *(rows[0] | {"kind": kind} for kind in ("number", "choice"))],
        "checklists.condition": [*rows[:2], rows[2] | {"on": draft.questions[1].id}],
        "checklists.always": rows[2:3],
        "checklists.take": [{"id": draft.id}, {"id": draft.id, "q": "8.6"}],
        "checklists.take_over": [rows[0] | {"source": made["published"].questions[0].id}],
        "checklists.compare": [{"id": made["published"].id}, {"id": draft.id}],
        "checklists.adopt": [{"id": made["planned"].id, "version_id": made["published"].id}],
    }
