"""Which column of a foreign table is which of our fields: proposed by name, or said by a person."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Literal

from flask_babel import lazy_gettext as _l

from audit_app.core.errors import Refused
from audit_app.imports.tables import ForeignTable
from audit_app.imports.values import Column, norm

Kind = Literal["text", "number", "date", "datetime", "month", "choice", "bool"]


@dataclass(frozen=True)
class Field:
    """Something that we want from a foreign table.

    ``aliases`` are names of the column in both languages; the key and the label always count. ``choices``
    maps each stored value to its names and is needed for the kind ``choice``.
    """

    key: str
    label: Any
    required: bool = False
    kind: Kind = "text"
    aliases: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name under which the column may be found."""
        return (self.key, str(self.label), *self.aliases)


def words_of(fields: Sequence[Field]) -> set[str]:
    """All names of the fields: what :func:`open_table` takes as ``known``."""
    return {name for each in fields for name in each.names}


def guess_mapping(table: ForeignTable, fields: Sequence[Field]) -> dict[str, str]:
    """Propose a column letter per field key, best likeness first; a column serves one field only.

    Fields for which no column is like enough are left out.
    """
    pairs = [
        (_likeness(column.header, each), each.required, -place, -column.index, each.key, column.letter)
        for place, each in enumerate(fields)
        for column in table.columns
        if column.header
    ]
    found: dict[str, str] = {}
    for score, _required, _place, _index, key, letter in sorted(pairs, reverse=True):
        if score > 0 and key not in found and letter not in found.values():
            found[key] = letter
    return {each.key: found[each.key] for each in fields if each.key in found}


def _likeness(header: str, each: Field) -> int:
    """4 same name, 3 same without brackets, 2 a part of a joined heading, 1 contained or misspelt, 0 none."""
    names = {norm(name) for name in each.names} - {""}
    if norm(header) in names:
        return 4
    bare = re.sub(r"[(\[（【].*?[)\]）】]", "", header)
    if norm(bare) in names:
        return 3
    if any(norm(part) in names for part in re.split(r"[/／\n|:：]", bare)):
        return 2
    whole = norm(bare)
    for name in names:
        long_enough = len(name) >= (2 if re.search(r"[\u4e00-\u9fff]", name) else 5)
        if long_enough and (name in whole or SequenceMatcher(None, name, whole).ratio() >= 0.85):
            return 1
    return 0


def find_column(table: ForeignTable, reference: str) -> Column:
    """The column that a person means: by heading, by letter (“C”, “Col C”) or by number from 1.

    Raises :class:`Refused` naming the columns there are.
    """
    text = reference.strip()
    for each in table.columns:
        if each.header and norm(each.header) == norm(text):
            return each
    place = re.sub(r"^(?:col(?:umn)?\.?|列|第)\s*|\s*列$", "", text, flags=re.IGNORECASE)
    for each in table.columns:
        if place.upper() == each.letter or place == str(each.index + 1):
            return each
    raise Refused(
        _l(
            "There is no column “%(column)s”. The columns are: %(columns)s.",
            column=text,
            columns=", ".join(str(each) for each in table.columns),
        )
    )


def parse_map_option(text: str, table: ForeignTable, fields: Sequence[Field]) -> dict[str, str]:
    """Read ``clause=Col A,prompt="Question, long"`` into letters per field key.

    A column is named by heading, letter or number; a name with a comma stands in quotation marks.
    Raises :class:`Refused` for a field or a column that does not exist.
    """
    keys = [each.key for each in fields]
    found: dict[str, str] = {}
    rest = text.strip()
    while rest:
        match = re.match(r'\s*([^=,]+?)\s*=\s*(?:"([^"]*)"|([^,]*))\s*(?:,|$)', rest)
        if match is None:
            raise Refused(_l("“%(text)s” cannot be read: write field=column, field=column.", text=text))
        if match[1] not in keys:
            raise Refused(
                _l(
                    "There is no field “%(field)s”. The fields are: %(fields)s.",
                    field=match[1],
                    fields=", ".join(keys),
                )
            )
        found[match[1]] = find_column(table, match[2] if match[2] is not None else match[3]).letter
        rest = rest[match.end() :]
    return found
