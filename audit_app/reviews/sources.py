"""The line under a table that says where its figures come from: files by name, hash and day, registers by the
moment they were read."""

from collections.abc import Iterator

from flask_babel import gettext as _

from audit_app.reviews.origins import key_of
from audit_app.reviews.pack import Pack, Said, SourceFile, Table, Value
from audit_app.reviews.telling import chinese, tell_moment

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


class Sources:
    """The sources of a pack, gathered once from the sheets of its values."""

    def __init__(self, pack: Pack) -> None:
        self.pack, self.values = pack, _gathered(pack)

    def line(self, table: Table) -> str:
        """Where the figures of a table come from, as one sentence; "" for a table without rows."""
        if not table.rows:
            return ""
        key = key_of(table.title)
        codes = [code for row in table.rows if (code := _code(row[0])) in self.values]
        # A process may have the code of an indicator; its nonconformities are counted from the findings.
        guess = "indicators" if codes and not key.startswith("table.nc") else "findings"
        kind = REGISTERS.get(key, guess)
        if kind != "indicators":
            return _("Source: %(source)s", source=_register(kind, self.pack))
        names = {source for code in codes for source in self.values.get(code, ())}
        between = "；" if chinese() else "; "
        return _("Source: %(source)s", source=between.join(_parts(names, self.pack)))


def _parts(names: set[str], pack: Pack) -> Iterator[str]:
    """Files, the newest first, then what was typed, then what was counted here."""
    files = [each for each in pack.sources if each.filename in names]
    files.sort(key=lambda each: (each.at, each.filename), reverse=True)
    yield from (_file(each, pack) for each in files[:FILES])
    if len(files) > FILES:
        yield _("+%(count)s more files: annex B", count=len(files) - FILES)
    if "value.entered" in names:
        yield _("entered by hand, each with its name in the register of indicators")
    if "value.this_system" in names or not (files or "value.entered" in names):
        yield _register("indicators", pack)


def _file(file: SourceFile, pack: Pack) -> str:
    day = tell_moment(file.at, pack.meta.zone)[:10]
    return _("%(file)s (%(hash)s, %(day)s)", file=file.filename, hash=file.sha256[:8], day=day)


def _register(kind: str, pack: Pack) -> str:
    at = tell_moment(pack.meta.compiled_at, pack.meta.zone)
    words = {
        "findings": _("this system, register of findings, %(at)s", at=at),
        "actions": _("this system, register of actions, %(at)s", at=at),
        "answers": _("this system, answers of the checklists, %(at)s", at=at),
        "audits": _("this system, audits and programmes, %(at)s", at=at),
        "improvements": _("this system, register of improvements, %(at)s", at=at),
        "objectives": _("this system, register of objectives, %(at)s", at=at),
        "indicators": _("this system, register of indicators, %(at)s", at=at),
        "corrections": _("this system, corrections of closed months, %(at)s", at=at),
        "services": _("this system, service catalogue, %(at)s; the logs are named in the rows", at=at),
    }
    return words[kind]


def _code(value: Value) -> str:
    """The code of an indicator in the first cell of a row, however it is told there."""
    if isinstance(value, str):
        return value
    if isinstance(value, Said):
        facts = dict(value.facts)
        return str(facts["code"]) if "code" in facts else _code(facts.get("name"))
    return ""


def _gathered(pack: Pack) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in pack.inputs:
        for block in one.blocks:
            if isinstance(block, Table) and key_of(block.title) == "table.values":
                for row in block.rows:
                    if row[-1] is not None:
                        found.setdefault(str(row[0]), set()).add(key_of(row[-1]) or str(row[-1]))
    return found
