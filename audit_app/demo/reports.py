"""The chapter of the audit reports: written by the lead, major grades approved by a second person, issued."""

from functools import partial
from typing import Any

from audit_app.core.db import db
from audit_app.demo.story import Story, texts
from audit_app.findings.models import Grade
from audit_app.reports import exports, services
from audit_app.reports import queries as reports
from audit_app.reports.tree import Report

ALL_FILES = -340
"""Since when both languages and both formats are kept, in days from today; of older reports the one page
that was read then: an issue of ten reports in four files each would take longer than the rest of the demo."""


def prepare(story: Story, key: str, conclusion: str, lead: Any) -> None:
    """Write what no data can say, have the major grades approved."""
    audit, words = story.audits[key], story.said(texts("reports"))
    db.session.refresh(audit)
    said = {**words["usual"], **words.get(key, {})}
    services.write(
        audit,
        conclusion=conclusion,
        obstacles=said["obstacles"],
        not_covered=said["not_covered"],
        follow_up=said.get("follow_up", ""),
        recipients=reports.proposed_recipients(audit),
        others=said.get("others", ""),
        by=lead,
    )
    if any(each.grade is Grade.MAJOR for each in audit.findings):
        services.approve_grades(audit, by=story.people["lin"])


def issue(story: Story, key: str, lead: Any) -> None:
    """Issue it."""
    audit = story.audits[key]
    db.session.refresh(audit)
    recent = story.offset(audit.starts_on) >= ALL_FILES
    services.issue(audit, exports.render_all if recent else partial(_page, story.language), by=lead)


def _page(language: str, report: Report) -> dict[tuple[str, str], bytes]:
    return {(language, "pdf"): exports.render(report, language, "pdf")}
