"""The line under a table that says where its figures come from: files by name, hash and day, registers by the
moment they were read."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Self

from flask_babel import gettext as _

from audit_app.exports.values import named_role
from audit_app.reviews.origins import key_of
from audit_app.reviews.pack import Block, Many, Pack, Plot, Said, SourceFile, Table, Value
from audit_app.reviews.telling import chinese, tell, tell_moment

FILES = 2
"""Files named in a line; the others stand in annex B."""
REGISTERS = {
    "table.sla": "services",
    "table.sla_tickets": "services",
    "table.previous": "actions",
    "table.improvements": "actions",
    "table.register": "improvements",
    "table.objectives": "objectives",
    "table.programmes": "audits",
    "table.audits": "audits",
    "table.programme_quarters": "audits",
    "table.clause_conformity": "answers",
    "table.clause_maturity": "answers",
    "table.corrections": "corrections",
    "table.months": "indicators",
    "table.missed": "indicators",
    "table.indicators": "indicators",
    "table.targets": "indicators",
    "table.services": "indicators",
    "table.values": "indicators",
}
"""Which register a table was read from, by the key of its title; any other: that of the findings, or of the
indicators where its rows carry their codes."""

DRAWN = {
    "plot.nc": "findings",
    "plot.nc_open": "findings",
    "plot.grades": "findings",
    "plot.met": "indicators",
}
"""Which register a chart was counted from."""


class Sources:
    """Where the figures of compiled blocks come from, gathered once from the sheets of their values.

    ``files``: what was read in; ``at``: when the registers were read, on the clocks of ``zone``.
    """

    def __init__(self, blocks: Iterable[Block], files: Sequence[SourceFile], at: datetime, zone: str) -> None:
        self.values, self.files = _gathered(blocks), files
        self.at, self.zone = tell_moment(at, zone), zone

    @classmethod
    def of(cls, pack: Pack) -> Self:
        """Those of a whole pack."""
        blocks = (block for one in pack.inputs for block in one.blocks)
        return cls(blocks, pack.sources, pack.meta.compiled_at, pack.meta.zone)

    def line(self, table: Table) -> str:
        """Where the figures of a table come from, as one sentence; "" for a table without rows."""
        return _("Source: %(source)s", source=self._of_table(table)) if table.rows else ""

    def of_plot(self, plot: Plot) -> str:
        """The same for a chart, without the word before it: of its files it names the newest."""
        code, key = _code(plot.title), key_of(plot.title)
        if code in self.values:
            return self._joined(self.values[code], 1)
        if key in DRAWN:
            return self._register(DRAWN[key])
        return "" if plot.source is None else tell(plot.source)

    def _of_table(self, table: Table) -> str:
        key = key_of(table.title)
        codes = [code for row in table.rows if (code := _code(row[0])) in self.values]
        # A process may have the code of an indicator; its nonconformities are counted from the findings.
        guess = "indicators" if codes and not key.startswith("table.nc") else "findings"
        kind = REGISTERS.get(key, guess)
        if kind != "indicators":
            return self._register(kind)
        return self._joined({source for code in codes for source in self.values.get(code, ())}, FILES)

    def _joined(self, found: set[Value], most: int) -> str:
        return ("；" if chinese() else "; ").join(self._parts(found, most))

    def _parts(self, found: set[Value], most: int) -> Iterator[str]:
        """Files, the newest first, then what was typed, then what was counted here."""
        files = [each for each in self.files if each.filename in found]
        files.sort(key=lambda each: (each.at, each.filename), reverse=True)
        yield from (self._file(each) for each in files[:most])
        if len(files) > most:
            yield _("+%(count)s more files: annex B", count=len(files) - most)
        keys = {key_of(each) for each in found}
        if "value.entered_by" in keys:
            yield _by_hand(each for each in found if isinstance(each, Said) and each.facts)
        elif "value.entered" in keys:
            yield _("entered by hand, each with its name in the register of indicators")
        if "value.this_system" in keys or not (files or keys & {"value.entered", "value.entered_by"}):
            yield self._register("indicators")

    def _file(self, file: SourceFile) -> str:
        return _(
            "%(file)s (%(rows)s rows, %(hash)s, %(day)s)",
            file=file.filename,
            rows=tell(file.rows),
            hash=file.sha256[:8],
            day=tell_moment(file.at, self.zone)[:10],
        )

    def _register(self, kind: str) -> str:
        words = {
            "findings": _("this system, register of findings, %(at)s", at=self.at),
            "actions": _("this system, register of actions, %(at)s", at=self.at),
            "answers": _("this system, answers of the checklists, %(at)s", at=self.at),
            "audits": _("this system, audits and programmes, %(at)s", at=self.at),
            "improvements": _("this system, register of improvements, %(at)s", at=self.at),
            "objectives": _("this system, register of objectives, %(at)s", at=self.at),
            "indicators": _("this system, register of indicators, %(at)s", at=self.at),
            "corrections": _("this system, corrections of closed months, %(at)s", at=self.at),
            "services": _(
                "this system, service catalogue, %(at)s; the logs are named in the rows", at=self.at
            ),
        }
        return words[kind]


def _by_hand(entries: Iterable[Said]) -> str:
    """Who entered values, each with the first and the last day."""
    days: dict[str, list[str]] = {}
    for each in entries:
        facts = dict(each.facts)
        days.setdefault(tell(facts["name"]), []).append(tell(facts["day"]))
    named = []
    for name, found in sorted(days.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        span = " – ".join(dict.fromkeys((min(found), max(found))))
        named.append(named_role(name, span))
    told = tell(Many(tuple(named[:FILES])))
    if len(named) > FILES:
        told = _("%(words)s, +%(count)s more", words=told, count=len(named) - FILES)
    return _("entered by hand: %(names)s", names=told)


def _code(value: Value) -> str:
    """The code of an indicator in the first cell of a row, however it is told there."""
    if isinstance(value, str):
        return value
    if isinstance(value, Said):
        facts = dict(value.facts)
        return str(facts["code"]) if "code" in facts else _code(facts.get("name"))
    return ""


def _gathered(blocks: Iterable[Block]) -> dict[str, set[Value]]:
    """The last column of the sheets of values, by the code of the indicator."""
    found: dict[str, set[Value]] = {}
    for block in blocks:
        if isinstance(block, Table) and key_of(block.title) == "table.values":
            for row in block.rows:
                if row[-1] is not None:
                    found.setdefault(str(row[0]), set()).add(row[-1])
    return found
