"""What owners write to each other and hand to each other, one of everything."""

from typing import Any

from audit_app.findings import comments
from tests.people import People


def build(p: People, made: dict[str, Any]) -> None:
    """Comments on a finding and on its action; one of the people called may not see them."""
    finding = made["planned"]
    comments.add(finding, text="@Ana Auditor 需要哪份记录？ @Otto Owner", by=p.owner)
    comments.add(finding, text="<b>下周</b>完成。", action=finding.actions[0], by=p.owner)


def addresses(made: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What fills the parameters of these doors."""
    finding = made["planned"]
    return {
        "findings.comment": [{"id": finding.id}],
        "findings.action_comment": [{"id": finding.actions[0].id}],
    }
