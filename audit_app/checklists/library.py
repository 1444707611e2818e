"""The checklist templates that ship with the product: YAML files, read strictly, on first use.

The format is documented in ``library/README.md``. A mistake in a file names the item it is in, so that a
person who writes a template of their own can find it.
"""

from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from audit_app.core import yaml_file

FOLDER = Path(__file__).parent / "library"

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
Kind = Literal["grade", "yes_no", "score", "number", "date", "choice", "text", "photo"]
Needs = Literal["nothing", "note", "file", "sample"]


class TemplateError(ValueError):
    """A template file does not keep the format; the message names the file and the item."""


class Item(BaseModel):
    """One line of a checklist in both languages: a heading, or (``assessable``) a question with its hint."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)

    number: Words
    parent: Words | None
    title_en: Words
    title_zh: Words
    assessable: bool
    prompt_en: Words | None = None
    prompt_zh: Words | None = None
    evidence_en: Words | None = None
    evidence_zh: Words | None = None
    documented_information: bool = False
    untitled: bool = False
    processes: list[Words] = Field(default_factory=list)
    response_kind: Kind | None = None
    settings: dict[str, Any] | None = None
    needs: Needs = "nothing"
    weight: int = Field(default=1, ge=0, le=10)

    @model_validator(mode="after")
    def both_languages(self) -> Self:
        """A question is asked in both languages, a hint given in both or in none; a heading asks nothing."""
        for part, english, chinese in (
            ("prompt", self.prompt_en, self.prompt_zh),
            ("evidence", self.evidence_en, self.evidence_zh),
        ):
            if (english is None) != (chinese is None):
                raise ValueError(f"{part}_{'en' if english is None else 'zh'} is missing")
        if self.assessable and self.prompt_en is None:
            raise ValueError("an assessable item needs prompt_en and prompt_zh")
        if not self.assessable and self.prompt_en is not None:
            raise ValueError("an item with a prompt must be assessable")
        return self


class TemplateSource(BaseModel):
    """A whole template as its file gives it: in reading order, a parent before its children."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)

    key: Name
    version: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3}$")]
    title_en: Words
    title_zh: Words
    standard: Words
    edition: Words
    attribution_en: Words
    attribution_zh: Words
    licence: Words
    response_kind: Kind
    settings: dict[str, Any] = Field(default_factory=dict)
    items: list[Item] = Field(min_length=1)

    @model_validator(mode="after")
    def one_tree(self) -> Self:
        """Numbers are unique and every parent is an earlier item."""
        times = Counter(item.number for item in self.items)
        double = [number for number, count in times.items() if count > 1]
        if double:
            raise ValueError(f"number used twice: {', '.join(double)}")
        seen: set[str] = set()
        for item in self.items:
            if item.parent is not None and item.parent not in seen:
                raise ValueError(f"item {item.number}: parent {item.parent} is not an earlier item")
            seen.add(item.number)
        return self

    @property
    def number(self) -> int:
        """The version as a number."""
        return int(self.version)

    @property
    def assessable(self) -> list[Item]:
        """The items that are asked, without the headings."""
        return [item for item in self.items if item.assessable]


def load(path: Path) -> TemplateSource:
    """Read one template file. Raises :class:`TemplateError` naming the file, the item and the mistake."""
    try:
        raw = yaml_file.read(path)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise TemplateError(f"{path.name}: cannot be read: {error}") from error
    if not isinstance(raw, dict):
        raise TemplateError(f"{path.name}: a mapping with key, version, … items is expected")
    try:
        return TemplateSource.model_validate(raw)
    except ValidationError as error:
        lines = [f"{path.name}: {_where(each['loc'], raw)}{each['msg']}" for each in error.errors()]
        raise TemplateError("\n".join(lines)) from error


@lru_cache(maxsize=1)
def _shipped() -> tuple[TemplateSource, ...]:
    return tuple(load(path) for path in sorted(FOLDER.glob("*.yaml")))


def shipped() -> list[TemplateSource]:
    """All templates that ship, sorted by file name; read at the first call and kept (they are immutable)."""
    return list(_shipped())


def _where(place: tuple[int | str, ...], raw: dict[object, object]) -> str:
    """The place of an error in a person's words: the item by its number, then the field."""
    items = raw.get("items")
    if len(place) >= 2 and place[0] == "items" and isinstance(place[1], int) and isinstance(items, list):
        entry = items[place[1]]
        number = entry.get("number") if isinstance(entry, dict) else None
        name = f"item {number}" if number is not None else f"item no. {place[1] + 1}"
        rest = ".".join(str(part) for part in place[2:])
        return f"{name}: {rest}: " if rest else f"{name}: "
    return f"{'.'.join(str(part) for part in place)}: " if place else ""
