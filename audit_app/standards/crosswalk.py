"""Which clauses of several standards are about the same subject (``library/crosswalk.yaml``), read strictly.

One audit over several standards asks here what may be looked at together. The crosswalk only lays clauses
side by side: every clause is still judged, and its evidence still attached, for itself.
"""

from collections import Counter
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from audit_app.accounts.models import in_reader_language
from audit_app.core import yaml_file
from audit_app.standards.naming import cited, upwards

FILE = Path(__file__).parent / "library" / "crosswalk.yaml"

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$")]
Clauses = Annotated[list[Words], Field(min_length=1)]


class CrosswalkError(ValueError):
    """The file does not keep the format; the message names the topic and the mistake."""


class Topic(BaseModel):
    """A subject in both languages, and the clauses about it by standard."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)

    key: Key
    title_en: Words
    title_zh: Words
    clauses: dict[Words, Clauses] = Field(min_length=2)

    @property
    def name(self) -> str:
        """The title in the reader's language."""
        return in_reader_language(self.title_en, self.title_zh)


class Crosswalk(BaseModel):
    """The whole file: the editions it knows, and the topics in reading order."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)

    standards: list[Words] = Field(min_length=2)
    topics: list[Topic] = Field(min_length=1)

    @model_validator(mode="after")
    def one_place_each(self) -> Self:
        """Keys and editions are unique, a topic names known editions, a clause stands in one topic only."""
        _refuse_doubles("topic used twice", [topic.key for topic in self.topics])
        _refuse_doubles("standard used twice", [cited(each).name for each in self.standards])
        for topic in self.topics:
            for standard in topic.clauses:
                if standard not in self.standards:
                    raise ValueError(f"topic {topic.key}: {standard} is not one of the standards")
        for standard in self.standards:
            places = [each for topic in self.topics for each in topic.clauses.get(standard, [])]
            _refuse_doubles(f"{standard}: clause in two places", places)
        return self


def _refuse_doubles(words: str, values: list[str]) -> None:
    double = [value for value, count in Counter(values).items() if count > 1]
    if double:
        raise ValueError(f"{words}: {', '.join(double)}")


def load(path: Path) -> Crosswalk:
    """Read a crosswalk. Raises :class:`CrosswalkError` naming the place and the mistake."""
    try:
        return Crosswalk.model_validate(yaml_file.read(path))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CrosswalkError(f"{path.name}: cannot be read: {error}") from error
    except ValidationError as error:
        lines = [f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors()]
        raise CrosswalkError("\n".join(f"{path.name}: {line}" for line in lines)) from error


@lru_cache(maxsize=1)
def shipped() -> Crosswalk:
    """The crosswalk that ships, read at the first call and kept."""
    return load(FILE)


@lru_cache(maxsize=1)
def _by_key() -> MappingProxyType[str, Topic]:
    return MappingProxyType({topic.key: topic for topic in shipped().topics})


@lru_cache(maxsize=1)
def _places() -> MappingProxyType[tuple[str, str], str]:
    return MappingProxyType(
        {
            (standard, clause): topic.key
            for topic in shipped().topics
            for standard, clauses in topic.clauses.items()
            for clause in clauses
        }
    )


@lru_cache(maxsize=256)
def edition_of(standard: str) -> str:
    """The edition of the crosswalk that a citation means; "" when it means none of them.

    The words as they stand come first. Otherwise the standard's only edition here counts when the citation
    names that edition (amendments aside) or none. Another edition never counts: its clauses are others.
    """
    known = shipped().standards
    if standard in known:
        return standard
    asked = cited(standard)
    return next((each for each in known if asked.is_of(cited(each))), "")


def topic_of(standard: str, clause: str) -> str:
    """Key of the topic that a clause of a standard is about; "" when there is none.

    ``standard`` as a template stores it. A clause that is not listed belongs to the nearest listed one above.
    """
    edition, places = edition_of(standard), _places()
    if not edition:
        return ""
    return next((places[edition, each] for each in upwards(clause) if (edition, each) in places), "")


def topic_name(key: str) -> str:
    """Title of a topic in the reader's language; "" for an unknown key."""
    topic = _by_key().get(key)
    return topic.name if topic else ""


def clauses_of(key: str) -> dict[str, tuple[str, ...]]:
    """The clauses of a topic by standard; each stands for what is below it. Empty for an unknown key."""
    topic = _by_key().get(key)
    return {standard: tuple(clauses) for standard, clauses in topic.clauses.items()} if topic else {}
