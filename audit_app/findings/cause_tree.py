"""The nodes of a finding's cause as trees and as a fishbone: plain values, no query."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from audit_app.findings.cause_models import CauseCategory, CauseKind, FindingCause


@dataclass(frozen=True)
class Twig:
    """A node with its reasons. ``depth`` 1 answers the first "why?"; ``first`` and ``last`` among those
    beside it that it can change places with."""

    node: FindingCause
    depth: int
    first: bool
    last: bool
    twigs: tuple["Twig", ...]

    def walk(self) -> Iterator["Twig"]:
        """This twig and all below it, each before its reasons."""
        yield self
        for each in self.twigs:
            yield from each.walk()


def trees(nodes: Iterable[FindingCause]) -> tuple[Twig, ...]:
    """The whys as trees, then the bones with what was asked about them."""
    found = sorted(nodes, key=lambda each: (each.position, each.id))
    below: dict[int | None, list[FindingCause]] = {}
    for each in found:
        below.setdefault(each.parent_id, []).append(each)
    tops = below.get(None, [])
    whys = [each for each in tops if each.kind is CauseKind.WHY]
    bones = [
        _row([each for each in tops if each.kind is CauseKind.BONE and each.category is category], 1, below)
        for category in CauseCategory
    ]
    return (*_row(whys, 1, below), *(twig for row in bones for twig in row))


def _row(
    nodes: list[FindingCause], depth: int, below: dict[int | None, list[FindingCause]]
) -> tuple[Twig, ...]:
    last = len(nodes) - 1
    return tuple(
        Twig(each, depth, place == 0, place == last, _row(below.get(each.id, []), depth + 1, below))
        for place, each in enumerate(nodes)
    )


def walk(found: Iterable[Twig]) -> Iterator[Twig]:
    """Every twig of every tree."""
    for each in found:
        yield from each.walk()


def chains(found: Iterable[Twig], asked: int = 0) -> tuple[Twig, ...]:
    """What the view of whys shows: whys, and bones asked about further, or now (``asked`` is its id)."""
    return tuple(
        each for each in found if each.node.kind is CauseKind.WHY or each.twigs or each.node.id == asked
    )


def ribs(found: Iterable[Twig]) -> dict[CauseCategory, tuple[Twig, ...]]:
    """What hangs on each bone: possible causes, and whys that name the category."""
    every = tuple(walk(found))
    return {
        category: tuple(each for each in every if each.node.category is category)
        for category in CauseCategory
    }


def roots(found: Iterable[Twig]) -> tuple[Twig, ...]:
    """The answers marked as root."""
    return tuple(each for each in walk(found) if each.node.is_root)


def proposed_cause(nodes: Iterable[FindingCause]) -> str:
    """The cause as the marked roots say it, one paragraph each."""
    return "\n".join(each.node.text for each in roots(trees(nodes)))
