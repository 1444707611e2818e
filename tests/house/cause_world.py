"""The chain of whys in the world: one finding with a branch, a marked root, a bone, and words that are pointed out."""

from typing import Any

from audit_app.findings import causes
from audit_app.findings.cause_models import CauseCategory, CauseKind, FindingCause
from audit_app.findings.models import Finding
from tests.people import People


def build(people: People, finding: Finding) -> FindingCause:
    """Four nodes; the second answers the first and is the root."""
    by = people.owner
    first = causes.add(finding, text="表单允许不填优先级", evidence="在测试系统验证", by=by)
    root = causes.add(finding, text="迁移时没有带上必填规则", evidence="", parent=first, by=by)
    causes.mark(finding, root, True, by=by)
    causes.add(finding, text="员工疏忽", by=by)
    causes.add(finding, text="两人调离", kind=CauseKind.BONE, category=CauseCategory.PEOPLE, by=by)
    return first


def addresses(findings: dict[str, Any], node: FindingCause) -> dict[str, list[dict[str, Any]]]:
    """What fills the parameters of the doors of the cause."""
    own = {"id": findings["corrected"].id}
    views = [own, own | {"view": "fishbone"}]
    return {
        "findings.cause": [
            *views, own | {"under": node.id}, own | {"edit": node.id}, own | {"view": "fishbone", "bone": "people"},
            {"id": findings["closed"].id}, {"id": findings["accepted"].id},
        ],
        "findings.cause_drawing": views,
        "findings.cause_add": [own],
        "findings.cause_edit": [own | {"node": node.id}],
        "findings.cause_act": [own | {"node": node.id, "verb": verb} for verb in ("down", "root", "remove")],
    }  # fmt: skip
