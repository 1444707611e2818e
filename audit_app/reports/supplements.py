"""What became different between two compilations of a report: findings, grades, statements, answers."""

from collections.abc import Iterable

from audit_app.reports.tree import Change, Found, Report, Result

COMPARED = ("grade", "title", "requirement", "evidence", "statement", "location", "clause")
"""Facts of a finding that belong to the report; what its owner does later does not."""


def compare(before: Report, after: Report) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Changes of findings, and changes of answers by clause."""
    return tuple(_findings(before.findings, after.findings)), tuple(
        _answers(before.by_clause, after.by_clause)
    )


def _findings(before: tuple[Found, ...], after: tuple[Found, ...]) -> Iterable[Change]:
    old = {each.code: each for each in before}
    new = {each.code: each for each in after}
    for code in sorted(new.keys() - old.keys()):
        yield Change(code, "added", "", new[code].title)
    for code in sorted(old.keys() - new.keys()):
        yield Change(code, "withdrawn", old[code].title, "")
    for code in sorted(old.keys() & new.keys()):
        for name in COMPARED:
            was, now = getattr(old[code], name), getattr(new[code], name)
            if was != now:
                yield Change(code, name, was, now)


def _answers(before: tuple[Result, ...], after: tuple[Result, ...]) -> Iterable[Change]:
    old = {each.code: each.counts for each in before}
    new = {each.code: each.counts for each in after}
    for clause in [each.code for each in after] + [code for code in old if code not in new]:
        was, now = old.get(clause), new.get(clause)
        if was != now:
            yield Change(clause, "answers", told(was), told(now))


def told(counts: object) -> str:
    """Counts as keys and numbers (``conform=3 minor=1``); words are made when they are shown."""
    if counts is None:
        return ""
    names = type(counts).__slots__  # type: ignore[attr-defined]  # a dataclass with slots
    pairs = ((name, getattr(counts, name)) for name in names)
    return " ".join(f"{name}={number}" for name, number in pairs if number)
