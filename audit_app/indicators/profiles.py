"""Profiles: how the columns and words of somebody's log are to be read, kept as YAML beside this file.

A new ticket tool is a new YAML file, not new code.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from flask_babel import lazy_gettext as _l
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from audit_app.core import yaml_file
from audit_app.core.errors import Refused

SHIPPED = Path(__file__).with_name("profiles")


def _as_names(value: Any) -> Any:
    """One name may be written without brackets."""
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("not a time zone; use a name such as Asia/Shanghai or UTC") from error
    return name


def _known_encodings(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        try:
            "".encode(name)
        except LookupError as error:
            raise ValueError(f"{name} is not an encoding; use a name such as utf-8-sig or gb18030") from error
    return names


Words = Annotated[tuple[str, ...], BeforeValidator(_as_names)]
Names = Annotated[tuple[str, ...], BeforeValidator(_as_names), Field(min_length=1)]
Encodings = Annotated[Names, AfterValidator(_known_encodings)]
Zone = Annotated[str, AfterValidator(_known_zone)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class TicketColumns(_Strict):
    """Where each fact of a ticket stands. Several names: whichever the file has (case ignored)."""

    number: Names
    opened: Names
    responded: Names | None = None
    resolved: Names | None = None
    closed: Names | None = None
    state: Names | None = None
    priority: Names | None = None
    category: Names | None = None
    reopened: Names | None = Field(
        default=None, description="a count (more than 0 is reopened) or yes and no"
    )
    sla_met: Names | None = None


class OutageColumns(_Strict):
    """Where each fact of an outage stands."""

    service: Names
    start: Names
    end: Names
    planned: Names | None = None


class YesNo(_Strict):
    """The words that mean yes and no; case ignored. (Bare `yes:` would be a truth value in YAML, hence the
    names.)
    """

    means_yes: Words = ("true", "yes", "1")
    means_no: Words = ("false", "no", "0")

    @model_validator(mode="after")
    def _apart(self) -> "YesNo":
        both = {word.lower() for word in self.means_yes} & {word.lower() for word in self.means_no}
        if both:
            raise ValueError(f"{sorted(both)[0]} cannot mean both yes and no")
        return self


class RowsPerTicket(_Strict):
    """What several rows of one number mean.

    ``one``: a second row is a problem, the first counts. ``last``: the log has a row per update and the last
    row tells how the ticket stands: last in the file, or the one with the greatest value (number or date) in
    the column ``by``.
    """

    rule: Literal["one", "last"] = "one"
    by: str | None = None

    @model_validator(mode="after")
    def _only_with_last(self) -> "RowsPerTicket":
        if self.by is not None and self.rule != "last":
            raise ValueError("a column to order by goes with the rule 'last' only")
        return self


class _Profile(_Strict):
    name: str = Field(pattern=r"^[a-z0-9_-]{1,60}$")
    title: dict[str, str] = Field(min_length=1, description="words for a choice list, by language: en, zh")
    encodings: Encodings = ("utf-8-sig",)
    delimiter: str | None = Field(
        default=None, min_length=1, max_length=1, description="told by the heading when not given"
    )
    missing: Words = ("",)
    dates: Names = Field(description="'iso', or patterns of strptime; the first that fits counts")
    timezone: Zone = "UTC"
    repeated: Literal["refuse", "first"] = Field(
        default="refuse", description="what two columns of one name mean: a doubt, or the first counts"
    )
    optional: Words = Field(default=(), description="columns named here may be absent from the file")
    columns: _Strict

    @model_validator(mode="after")
    def _optional_are_columns(self) -> "_Profile":
        for name in self.optional:
            field = type(self.columns).model_fields.get(name)
            if field is None or field.is_required():
                raise ValueError(f"{name} is not a column that may be absent")
        return self


class LogProfile(_Profile):
    """How a ticket log is read."""

    KIND: ClassVar[str] = "tickets"

    kind: Literal["tickets"]
    columns: TicketColumns
    rows: RowsPerTicket = RowsPerTicket()
    sla_words: YesNo = YesNo()
    sla_time_left: bool = Field(
        default=False, description="the column holds the time that was left; negative is missed"
    )
    sla_met_when: Literal["said", "resolved"] = Field(
        default="said", description="resolved: a met target of a ticket still open says nothing yet"
    )
    reopened_words: YesNo = YesNo()
    priorities: dict[str, str] = Field(
        default={}, description="the log's words -> ours; others stay as written"
    )


class OutageProfile(_Profile):
    """How an outage log is read."""

    KIND: ClassVar[str] = "outages"

    kind: Literal["outages"]
    columns: OutageColumns
    planned_words: YesNo = YesNo()
    leave_out: Words = Field(default=(), description="services that are there for testing only")


AnyProfile = TypeVar("AnyProfile", LogProfile, OutageProfile)


def known_zone(name: str) -> str:
    """The name of a time zone as it is. Raises Refused for one that nobody knows."""
    try:
        return _known_zone(name)
    except ValueError:
        raise Refused(
            _l("“%(name)s” is not a time zone. Write it as Asia/Shanghai or UTC.", name=name), "zone"
        ) from None


def read_profile(path: Path, kind: type[AnyProfile]) -> AnyProfile:
    """Read and check one YAML file. Raises Refused with the field that is wrong."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise Refused(_l("The profile file %(file)s cannot be read.", file=path.name)) from error
    return checked(text, path.name, kind)


def checked(text: str | bytes, name: str, kind: type[AnyProfile]) -> AnyProfile:
    """A profile out of its YAML, ``name`` for the sentences. Raises Refused with the field that is wrong."""
    try:
        raw = yaml_file.read(text)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise Refused(
            _l(
                "The profile file %(file)s is not valid YAML (line %(line)s). "
                "Correct it, or choose another profile.",
                file=name,
                line=mark.line + 1 if mark else "?",
            )
        ) from error
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "(whole file)"
        raise Refused(
            _l(
                "The profile file %(file)s is wrong at “%(field)s”: %(reason)s.",
                file=name,
                field=field,
                reason=first["msg"].removeprefix("Value error, "),
            )
        ) from error


def profile_names(kind: type[LogProfile] | type[OutageProfile], folder: Path = SHIPPED) -> list[str]:
    """Names of the profiles of one kind, in alphabetical order."""
    return [path.stem for path in sorted(folder.glob("*.yaml")) if _kind_of(path) == kind.KIND]


@cache
def _kind_of(path: Path) -> str | None:
    """The kind a file says it is; a file too broken to say belongs to no list."""
    try:
        raw = yaml_file.read(path)
    except (yaml.YAMLError, UnicodeDecodeError):
        return None
    kind = raw.get("kind") if isinstance(raw, dict) else None
    return kind if isinstance(kind, str) else None


def get_profile(name: str, kind: type[AnyProfile], folder: Path = SHIPPED) -> AnyProfile:
    """The profile of that name. Raises Refused, listing those known, when there is none."""
    known = profile_names(kind, folder)
    if name not in known:
        raise Refused(
            _l(
                "There is no profile “%(name)s”. Known are: %(known)s.",
                name=name,
                known=", ".join(known) or "–",
            )
        )
    return read_profile(folder / f"{name}.yaml", kind)


def ticket_profile(name: str) -> LogProfile:
    """A shipped ticket-log profile by name ("servicenow", "generic")."""
    return get_profile(name, LogProfile)


def outage_profile(name: str) -> OutageProfile:
    """A shipped outage-log profile by name ("outages", "statuspage")."""
    return get_profile(name, OutageProfile)


def find_columns(profile: LogProfile | OutageProfile, header: Sequence[str]) -> dict[str, int]:
    """Where the columns of the profile stand in a header: {fact: index}; absent optional ones are left out.

    Raises Refused naming the column that is missing or stands there twice, the columns found, and what to do.
    """
    found = [name.strip().lower() for name in header]
    places: dict[str, int] = {}
    wanted: dict[str, tuple[str, ...] | None] = dict(profile.columns)
    if isinstance(profile, LogProfile) and profile.rows.by is not None:
        wanted["order"] = (profile.rows.by,)
    for fact, names in wanted.items():
        hits = [i for name in names or () for i, there in enumerate(found) if there == name.strip().lower()]
        if len(hits) == 1 or (hits and profile.repeated == "first"):
            places[fact] = hits[0]
        elif hits or (names and fact not in profile.optional):
            raise Refused(_column_words(profile.name, " / ".join(names or ()), header, twice=bool(hits)))
    return places


def _column_words(profile: str, column: str, header: Sequence[str], *, twice: bool) -> Any:
    shown = [name.strip() for name in header[:60]]
    facts = {"column": column, "found": ", ".join(name for name in shown if name) or "–", "profile": profile}
    if twice:
        return _l(
            "The column “%(column)s” stands in the file more than once. Columns found: %(found)s. "
            "Remove one of them, or name the right one in the profile “%(profile)s”.",
            **facts,
        )
    return _l(
        "The file has no column “%(column)s”. Columns found: %(found)s. "
        "Export the file again with that column, or choose another profile than “%(profile)s”.",
        **facts,
    )
