"""The processes that ship with the product: the 2018 ones, and the thirteen of the 2005 edition that
group them."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from audit_app.accounts.models import in_reader_language
from audit_app.core import yaml_file

FILE = Path(__file__).parent / "library" / "processes.yaml"


@dataclass(frozen=True)
class Named:
    """Something with a name in both languages."""

    name_en: str
    name_zh: str

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_reader_language(self.name_en, self.name_zh)


@dataclass(frozen=True)
class LegacyProcess(Named):
    """One of the thirteen processes of the 2005 edition; ``codes`` are the 2018 processes it became."""

    number: int
    codes: tuple[str, ...]
    group: Named


@dataclass(frozen=True)
class ShippedProcess(Named):
    """A process of the 2018 edition with its clauses; ``legacy`` is the 2005 process it comes from, if
    any."""

    code: str
    area: str
    clauses: tuple[str, ...]
    legacy: LegacyProcess | None


@lru_cache(maxsize=1)
def _read() -> dict[str, Any]:
    found: dict[str, Any] = yaml_file.read(FILE)
    return found


@lru_cache(maxsize=1)
def legacy_processes() -> tuple[LegacyProcess, ...]:
    """The thirteen processes of the 2005 edition, by number."""
    found = [
        LegacyProcess(
            name_en=each["name_en"],
            name_zh=each["name_zh"],
            number=each["number"],
            codes=tuple(each["codes"]),
            group=Named(group["name_en"], group["name_zh"]),
        )
        for group in _read()["legacy_groups"]
        for each in group["processes"]
    ]
    return tuple(sorted(found, key=lambda each: each.number))


@lru_cache(maxsize=1)
def shipped_processes() -> tuple[ShippedProcess, ...]:
    """The processes of the 2018 edition, in the order of the file."""
    by_number = {each.number: each for each in legacy_processes()}
    return tuple(
        ShippedProcess(
            name_en=each["name_en"],
            name_zh=each["name_zh"],
            code=each["code"],
            area=each["area"],
            clauses=tuple(each["clauses"]),
            legacy=by_number.get(each["legacy_process"]),
        )
        for each in _read()["processes"]
    )


def clause_order(clause: str) -> tuple[Any, ...]:
    """Sort key that puts 8.2 before 8.10; text that is no number comes last."""
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in clause.split("."))


@lru_cache(maxsize=1)
def assessable_clauses() -> tuple[str, ...]:
    """Every clause of 4 to 10 that can be audited, in the order of the standard."""
    return tuple(
        sorted({clause for each in shipped_processes() for clause in each.clauses}, key=clause_order)
    )


def clause_subject(clause: str) -> str:
    """Which process a clause belongs to, in words of the reader's language; empty for an unknown clause."""
    names = [each.name for each in shipped_processes() if clause in each.clauses]
    return names[0] if names else ""
