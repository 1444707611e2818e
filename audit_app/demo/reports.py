"""The chapter of the audit reports: written by the lead, major grades approved by a second person, issued."""

from typing import Any

from audit_app.core.db import db
from audit_app.demo.story import Story, texts
from audit_app.findings.models import Grade
from audit_app.reports import exports, services
from audit_app.reports import queries as reports


def issue(story: Story, key: str, conclusion: str, lead: Any) -> None:
    """Write what no data can say, have the major grades approved, issue."""
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
    services.issue(audit, exports.render_all, by=lead)
