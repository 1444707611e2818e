"""The chapter of the organisation's own checklist: questions of every kind, and a version that came later."""

from datetime import timedelta
from functools import partial
from typing import Any

from audit_app.checklists import questions
from audit_app.checklists import services as checklists
from audit_app.checklists.models import Need, ResponseKind
from audit_app.demo import fieldwork
from audit_app.demo.story import Story, texts

ANSWERED, PLANNED = "ia5", "ia7"
"""The audit that was walked, and the one that is planned with the version before the last."""


def tell(story: Story) -> None:
    """Write it, walk it in one audit, plan it for another, and renew it after that."""
    told, facts = texts("walkthrough"), _facts
    story.plan(told["published"], 14, lambda: _publish(story, told))
    walked = facts(ANSWERED)["start"]
    story.plan(walked - 3, 15, partial(_add, story, ANSWERED))
    story.plan(walked + 1, 14, partial(_walk, story, told))
    story.plan(facts(PLANNED)["notice"], 15, partial(_add, story, PLANNED))
    # Later in the day than the plan above: at a weekend both may fall on one working day.
    story.plan(told["renewed"], 16, lambda: _renew(story, told))


def _facts(key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each["facts"] for each in texts("audits")["audits"] if each["key"] == key)
    return found


def _publish(story: Story, told: dict[str, Any]) -> None:
    wei = story.people["wei"]
    version = checklists.add_template(
        title_en=told["title"]["en"], title_zh=told["title"]["zh"], standard=told["standard"], by=wei
    )
    for each in told["questions"]:
        row = questions.add_question(version, clause=each["clause"], assessable=True, by=wei, **_words(each))
        questions.set_response(
            row, ResponseKind(each["kind"]), _settings(each), needs=Need(each.get("needs", "nothing")),
            weight=each.get("weight", 1), topic="", by=wei,
        )  # fmt: skip
    rows = {row.clause: row for row in version.questions}
    for each in told["questions"]:
        if "after" in each:
            after = each["after"]
            questions.set_condition(rows[each["clause"]], rows[after["clause"]], after["when"], by=wei)
    story.audits["walkthrough"] = checklists.publish(version, by=wei)


def _words(each: dict[str, Any]) -> dict[str, Any]:
    return {f"{name}_{tongue}": words for tongue in ("en", "zh") for name, words in each[tongue].items()}


def _settings(each: dict[str, Any]) -> dict[str, Any]:
    if "options" not in each:
        return dict(each.get("settings", {}))
    return {
        "options": [
            {"key": f"c{place}", "en": english, "zh": chinese, "verdict": verdict}
            for place, (english, chinese, verdict) in enumerate(each["options"], start=1)
        ]
    }


def _add(story: Story, key: str) -> None:
    checklists.add_checklist(story.audits[key], story.audits["walkthrough"], by=story.people["wei"])


def _walk(story: Story, told: dict[str, Any]) -> None:
    audit = story.audits[ANSWERED]
    answers = {each["clause"]: each["answer"] for each in told["questions"] if "answer" in each}
    checklist = next(each for each in audit.checklists if each.version_id == story.audits["walkthrough"].id)
    given = []
    for item in checklist.items:
        if item.clause not in answers:
            continue
        answer = answers[item.clause]
        reply = answer.get("reply") or (audit.starts_on - timedelta(days=answer["days_ago"])).isoformat()
        more = {"reply": reply} | ({"sample": answer["sample"]} if "sample" in answer else {})
        given.append((item, answer["value"], story.said(answer), more))
    fieldwork.send(story, audit, audit.lead, given)


def _renew(story: Story, told: dict[str, Any]) -> None:
    wei, news = story.people["wei"], told["renewal"]
    version = checklists.new_version(story.audits["walkthrough"].template, by=wei)
    row = next(each for each in version.questions if each.clause == news["clause"])
    questions.edit_question(row, by=wei, **_words(news))
    questions.set_response(
        row, row.kind, news["settings"], needs=row.needs, weight=row.weight, topic=row.topic, by=wei
    )
    checklists.publish(version, by=wei)
