"""The chapter of the certification: preparation, decision, rules, and the plan that closed the gaps."""

from functools import partial
from typing import Any

from audit_app.certification import gaps, queries, services
from audit_app.certification.library import DEFAULT
from audit_app.demo.story import Story, texts
from audit_app.findings import external
from audit_app.findings.models import NONCONFORMITY


def tell(story: Story) -> None:
    """Put the events of the cycle on the list."""
    days = texts("certification")["days"]
    story.plan(days["begin"], 15, lambda: begin(story))
    story.plan(days["operating"], 16, lambda: operate(story))
    story.plan(days["decided"], 15, lambda: decide(story))
    for place, each in enumerate(texts("certification")["plans"]):
        story.plan(each["day"], 10 + place / 10, partial(plan, story, each, 0))
        story.plan(each["half"], 10 + place / 10, partial(plan, story, each, 50))
        story.plan(each["done"], 10 + place / 10, partial(plan, story, each, 100))
    for day in days["deadlines"]:
        story.plan(day, 17, lambda: deadlines(story))


def _certificate(story: Story) -> Any:
    return queries.current(story.people["lin"])


def begin(story: Story) -> None:
    """The management representative begins the cycle with the Chinese scheme."""
    lin = story.people["lin"]
    services.load_rules(by=lin)
    services.begin_cycle(
        scheme=next(each for each in queries.schemes() if each.code == DEFAULT),
        standard="ISO/IEC 20000-1:2018",
        body=story.said(texts("audits")["body"]),
        scope=story.said(texts("certification"))["scope"],
        by=lin,
    )


def _edit(story: Story, **changes: Any) -> None:
    found = _certificate(story)
    kept = {name: getattr(found, name) for name in ("scheme", "standard", "body", "scope", "operating_since")}
    services.edit_certificate(found, **(kept | changes), by=story.people["lin"])


def operate(story: Story) -> None:
    """The trial operation begins."""
    _edit(story, operating_since=story.day(texts("certification")["days"]["operating"]))


def decide(story: Story) -> None:
    """The certificate arrives; its review on paper is noted, so that the order of dates can be followed."""
    given = texts("certification")
    paper = {
        "review_before_on": story.day(given["days"]["paper"]),
        "review_before_note": story.said(given)["paper"],
    }
    _edit(story, **paper)
    decided = story.day(given["days"]["decided"])
    services.certify(_certificate(story), decided_on=decided, number=given["number"], by=story.people["lin"])


def plan(story: Story, entry: dict[str, Any], progress: int) -> None:
    """A lighter finding of the gap analysis is planned, half done, done."""
    found = gaps.gaps(story.audits["gap"], to=story.people["lin"])
    row = next(each for each in found.rows if each.clause == entry["clause"] and not each.by_actions)
    words = story.said(entry)
    gaps.plan_gap(
        row, measure=words["measure"], owner=story.people[entry["owner"]], due_on=story.day(entry["due"]),
        progress=progress, note=words["note"] if progress == 100 else "", by=story.people["lin"],
    )  # fmt: skip


def deadlines(story: Story) -> None:
    """The body's own numbers and deadlines of the nonconformities it has just raised."""
    lin = story.people["lin"]
    rule = texts("certification")["days"]["answer"]
    for place, finding in enumerate(queries.external_findings(lin), 1):
        if finding.grade in NONCONFORMITY and finding.body_due_on is None and not finding.settled:
            assert finding.audit is not None
            external.set_body_deadline(
                finding, body_reference=f"EL-NC-{finding.audit.starts_on:%y%m}-{place}",
                body_due_on=story.day(story.offset(finding.raised_on) + rule), by=lin,
            )  # fmt: skip
