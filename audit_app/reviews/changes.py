"""What is different from the pack approved before: from two frozen texts, never from rows of today."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from audit_app.reviews.pack import (
    Block,
    Change,
    Definition,
    Light,
    Pack,
    Said,
    Since,
    Table,
    Toned,
    Value,
    said,
)

COMPARED = {
    "table.previous": "col.state",
    "table.indicators": "col.judged",
    "table.nc_open": "",
    "table.escalated": "",
    "table.repeats": "",
    "table.audits": "col.state",
    "table.register": "col.state",
    "table.objectives": "col.state",
}
"""Tables whose rows are told apart from those of before, by the key of their title, and the column compared;
with none, a row is marked only when it is new.
"""
JUDGED = {"value.met", "value.missed"}


def marked(pack: Pack, before: Pack | None) -> Pack:
    """The pack with its marks and the list of changes; or with the fact that there is no earlier one."""
    if before is None:
        return replace(pack, since=Since("", None, ()))
    inputs = tuple(replace(one, blocks=marked_blocks(one.blocks, before, one.key)) for one in pack.inputs)
    since = Since(before.meta.code, before.meta.meets_on, tuple(_changes(pack, before)))
    return replace(pack, lights=tuple(_lights(pack, before)), inputs=inputs, since=since)


def marked_blocks(blocks: tuple[Block, ...], before: Pack | None, key: str) -> tuple[Block, ...]:
    """The blocks of an input, their rows marked against the same tables of the pack of before."""
    if before is None:
        return blocks
    old = {_key(table.title): table for table in _tables(before, key)}
    return tuple(
        _marked_table(block, old[_key(block.title)])
        if isinstance(block, Table) and _key(block.title) in COMPARED.keys() & old.keys()
        else block
        for block in blocks
    )


def _tables(pack: Pack, key: str) -> Iterator[Table]:
    for one in pack.inputs:
        if one.key == key:
            yield from (block for block in one.blocks if isinstance(block, Table))


def _key(value: Value) -> str:
    return value.key if isinstance(value, Said) else ""


def _marked_table(table: Table, old: Table) -> Table:
    column = COMPARED[_key(table.title)]
    before = {name_of(row): _at(old, row, column) for row in old.rows}
    marks: list[Said | None] = []
    for row in table.rows:
        was = before.get(name_of(row))
        if name_of(row) not in before:
            marks.append(said("mark.new"))
        elif column and was is not None and was != _at(table, row, column):
            marks.append(said("mark.was", was=was))
        else:
            marks.append(None)
    told = any(marks) and not all(mark is not None and mark.key == "mark.new" for mark in marks)
    return replace(table, marks=tuple(marks)) if told else table  # Where all is new, a mark tells nothing.


def name_of(row: tuple[Value, ...]) -> str:
    """What a row is about: the code in its first cell."""
    first = row[0] if row else None
    return str(code) if isinstance(first, Said) and (code := dict(first.facts).get("code")) else str(first)


def _at(table: Table, row: tuple[Value, ...], column: str) -> Value:
    """The value of a row in the column of a key, without its tone; None where there is no such column."""
    found = next(
        (cell for head, cell in zip(table.columns, row, strict=False) if _key(head.title) == column), None
    )
    return found.value if isinstance(found, Toned) else found


def _lights(pack: Pack, before: Pack) -> Iterator[Light]:
    old = {light.subject: light for light in before.lights}
    for light in pack.lights:
        was = old.get(light.subject)
        if was is None:
            yield replace(light, mark=said("mark.new"))
        elif was.tone != light.tone:
            yield replace(light, mark=said("mark.was", was=said(f"tone.{was.tone}")))
        else:
            yield light


def _changes(pack: Pack, before: Pack) -> Iterable[Change]:
    yield from _changed_lights(pack, before)
    yield from _majors(pack, before)
    yield from _decisions(pack, before)
    yield from _judged(pack, before)
    yield from _targets(pack, before)


def _changed_lights(pack: Pack, before: Pack) -> Iterator[Change]:
    old = {light.subject: light.tone for light in before.lights}
    for light in pack.lights:
        was = old.get(light.subject, light.tone)
        if was != light.tone:
            facts = {"name": light.subject, "was": said(f"tone.{was}"), "now": said(f"tone.{light.tone}")}
            yield Change(said("change.light", **facts), light.tone, light.input_key)


def _open_majors(pack: Pack) -> dict[str, Value]:
    """Code and title of the major nonconformities that stand open in a pack."""
    found: dict[str, Value] = {}
    for table in _tables(pack, "c1"):
        if _key(table.title) == "table.nc_open":
            for row in table.rows:
                if _key(_at(table, row, "col.grade")) in ("col.major", "grade.major"):
                    found[name_of(row)] = _at(table, row, "col.title")
    return found


def _majors(pack: Pack, before: Pack) -> Iterator[Change]:
    old, new = _open_majors(before), _open_majors(pack)
    for code in sorted(new.keys() - old.keys()):
        yield Change(said("change.major_new", code=code, name=new[code]), "bad", "c1")
    for code in sorted(old.keys() - new.keys()):
        yield Change(said("change.major_gone", code=code, name=old[code]), "good", "c1")


def _results(pack: Pack) -> dict[str, tuple[Value, str]]:
    """Name and latest judgement of the indicators of a pack, by code."""
    return {
        name_of(row): (row[0], _key(_at(table, row, "col.judged")))
        for table in _tables(pack, "c2")
        if _key(table.title) == "table.indicators"
        for row in table.rows
    }


def _judged(pack: Pack, before: Pack) -> Iterator[Change]:
    old = _results(before)
    for code, (name, now) in _results(pack).items():
        was = old[code][1] if code in old else ""
        if was != now and {was, now} <= JUDGED:
            tone = "good" if now == "value.met" else "bad"
            yield Change(said("change.kpi", name=name, was=said(was), now=said(now)), tone, "c2")


def _in_force(pack: Pack) -> list[Definition]:
    """The definitions that hold; a redefined indicator has a row for what was measured before, too."""
    return [each for each in pack.definitions if _key(each.target) != "definition.until"]


def _targets(pack: Pack, before: Pack) -> Iterator[Change]:
    old = {each.code: each.target for each in _in_force(before)}
    for each in _in_force(pack):
        if each.code in old and old[each.code] != each.target:
            name = said("plot.indicator", code=each.code, name=each.name)
            facts = {"name": name, "was": old[each.code], "now": each.target}
            yield Change(said("change.target", **facts), "info", "g")


def _decisions(pack: Pack, before: Pack) -> Iterator[Change]:
    settled = {each.code for each in before.previous if each.state != "open"}
    for each in pack.previous:
        if each.state != "open" and each.code not in settled:
            facts: dict[str, Value] = {
                "code": each.code,
                "name": each.title,
                "state": said(f"action.{each.state}"),
            }
            yield Change(said("change.decision", **facts), "good", "a")
