"""Chain and fishbone of a finding as drawings: plain values that paper and page draw alike."""

from flask_babel import lazy_gettext as _l

from audit_app.exports.document import Bone, Fishbone, Rib, Tree, TreeNode
from audit_app.findings.cause_models import CauseKind
from audit_app.findings.cause_tree import Twig, chains, ribs, trees
from audit_app.findings.models import Finding

ROOT = _l("Root cause")


def chain(finding: Finding) -> Tree:
    """The whys, each with what shows it, the root in a strong frame."""
    return Tree(tuple(_node(each) for each in chains(trees(finding.causes))))


def _node(twig: Twig) -> TreeNode:
    node = twig.node
    return TreeNode(
        node.text,
        label=told(twig),
        note=_l("Shown by: %(evidence)s", evidence=node.evidence) if node.evidence else "",
        marked=node.is_root,
        mark=ROOT,
        nodes=tuple(_node(each) for each in twig.twigs),
    )


def told(twig: Twig) -> str:
    """What an answer is called: "Why 3", "Possible cause", with its category."""
    name = (
        _l("Possible cause") if twig.node.kind is CauseKind.BONE else _l("Why %(number)s", number=twig.depth)
    )
    return " · ".join(str(each) for each in (name, getattr(twig.node.category, "label", "")) if each)


def fish(finding: Finding) -> Fishbone | None:
    """The fishbone; None when nothing has a category."""
    found = ribs(trees(finding.causes))
    if not any(found.values()):
        return None
    bones = tuple(
        Bone(category.label, tuple(Rib(each.node.text, each.node.is_root, ROOT) for each in hanging))
        for category, hanging in found.items()
    )
    return Fishbone(finding.nonconformity or finding.title, bones)


def whole(finding: Finding) -> Tree:
    """Every node, possible causes that nobody asked further about too: nothing is left out on paper."""
    return Tree(tuple(_node(each) for each in trees(finding.causes)))
