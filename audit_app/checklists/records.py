"""Everything that is recorded in the field, as a device sends it: answers, notes, findings, signatures.

Read strictly: a field too many, a wrong type or a text that no database can keep is refused, with its name.
"""

import hashlib
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from audit_app.trail.services import canonical

UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
UUID4 = r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
ROW = 2**31 - 1


def _storable(text: str) -> str:
    """Both databases can keep it: no NUL, no half of a surrogate pair."""
    if "\x00" in text:
        raise ValueError("contains a NUL character")
    text.encode("utf-8")
    return text


Uuid = Annotated[str, StringConstraints(pattern=UUID)]
Uuid4 = Annotated[str, StringConstraints(pattern=UUID4)]
RowId = Annotated[int, Field(ge=1, le=ROW)]
Note = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_storable)]
Text = Annotated[str, StringConstraints(max_length=5_000), AfterValidator(_storable)]
Words = Annotated[str, StringConstraints(max_length=200), AfterValidator(_storable)]
Line = Annotated[str, StringConstraints(max_length=100), AfterValidator(_storable)]
Value = Literal["conform", "minor", "major", "observation", "ofi", "good_practice", "not_applicable"]


class Unreadable(Exception):
    """The envelope is not a batch; ``field`` names what is wrong."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def first_field(error: ValidationError) -> str:
    """Name of the first field that is wrong."""
    place = error.errors()[0]["loc"]
    return str(place[0]) if place else "body"


Pair = Annotated[list[Words], Field(min_length=2, max_length=2)]


class Sample(BaseModel):
    """How a sample was chosen and what was in it (ISO 19011 A.6): population and size in records.

    ``seed`` makes a random choice repeatable; ``exceptions`` are the ids that failed, with a word each.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)

    population: int = Field(ge=0, le=ROW)
    size: int = Field(ge=0, le=ROW)
    method: Literal["random", "judgement", "all"]
    seed: Line = ""
    ids: list[Line] = Field(default_factory=list, max_length=1000)
    exceptions: list[Pair] = Field(default_factory=list, max_length=1000)


class Record(BaseModel):
    """What all kinds have in common: who made it on which device, when, and on top of what.

    ``base`` holds the ids of the heads its author saw; times carry their zone; ``tz_offset`` is minutes east
    of UTC.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)

    id: Uuid4
    audit: RowId
    base: list[Uuid4] = Field(max_length=50)
    author: RowId
    device_seq: RowId
    client_time: Annotated[AwareDatetime, Field(strict=False)]
    tz_offset: int = Field(ge=-900, le=900)
    clock_offset_ms: int = Field(ge=-(2**62), le=2**62)
    attachment_ids: list[Uuid] = Field(default_factory=list, max_length=100)

    def body_sha256(self, device_id: str) -> str:
        """SHA-256 (hex) over the canonical body: two records with one id are the same if this is."""
        body = {"device_id": device_id, **self.model_dump(mode="json")}
        return hashlib.sha256(canonical(body).encode()).hexdigest()


class Revision(Record):
    """An answer to one item. ``value`` None means "not yet"; ``reply`` is what its kind takes (fields.py)."""

    kind: Literal["answer"] = "answer"
    item: RowId
    value: Value | None
    note: Note = ""
    flagged: bool = False
    template_version: RowId
    sample: Sample | None = None
    reply: Text = ""

    @property
    def place(self) -> str:
        """What it is about: records of one place supersede each other."""
        return f"item:{self.item}"

    def body_sha256(self, device_id: str) -> str:
        """As an older protocol computed it when nothing newer is used, so that a resent one is known."""
        later = (
            {"kind"} | ({"sample"} if self.sample is None else set()) | (set() if self.reply else {"reply"})
        )
        body = {"device_id": device_id, **self.model_dump(mode="json", exclude=later)}
        return hashlib.sha256(canonical(body).encode()).hexdigest()


class Threaded(Record):
    """A record that is not about one item: ``thread`` is the id of the note, finding or signature."""

    thread: Uuid4

    @property
    def place(self) -> str:
        """What it is about: records of one place supersede each other."""
        return f"thread:{self.thread}"


class FieldNote(Threaded):
    """Something jotted down during an interview; ``items`` are the questions it was assigned to since."""

    kind: Literal["note"]
    text: Note
    quote: bool = False
    speaker: Words = ""
    items: list[RowId] = Field(default_factory=list, max_length=50)
    gone: bool = False


class FieldFinding(Threaded):
    """A finding written up in the field: it becomes a draft that the lead auditor issues."""

    kind: Literal["finding"]
    item: RowId
    grade: Literal["major", "minor", "observation", "ofi", "good_practice"]
    title: Words = ""
    requirement: Text = ""
    objective_evidence: Text = ""
    nonconformity: Text = ""
    location: Words = ""


Coordinate = Annotated[float, Field(ge=-10_000, le=10_000, allow_inf_nan=False)]
Point = Annotated[list[Coordinate], Field(min_length=2, max_length=2)]
Stroke = Annotated[list[Point], Field(min_length=1, max_length=2000)]


class FieldSignature(Threaded):
    """A signature as it was drawn: strokes of points inside ``width`` × ``height`` (CSS pixels)."""

    kind: Literal["signature"]
    meeting: Literal["opening", "closing"]
    party: Literal["auditor", "auditee"]
    name: Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_storable)]
    strokes: list[Stroke] = Field(min_length=1, max_length=500)
    width: int = Field(ge=1, le=10_000)
    height: int = Field(ge=1, le=10_000)


AnyRecord = Revision | FieldNote | FieldFinding | FieldSignature
KINDS: dict[str, type[AnyRecord]] = {
    "answer": Revision, "note": FieldNote, "finding": FieldFinding, "signature": FieldSignature,
}  # fmt: skip


def read_record(raw: Any) -> AnyRecord:
    """A record of any kind. Raises :class:`Unreadable`, naming the first field that is wrong."""
    kind = raw.get("kind", "answer") if isinstance(raw, dict) else "answer"
    shape = KINDS.get(kind) if isinstance(kind, str) else None
    if shape is None:
        raise Unreadable("kind")
    try:
        return shape.model_validate(raw)
    except ValidationError as error:
        raise Unreadable(first_field(error)) from error
    except UnicodeError as error:  # half a surrogate pair somewhere
        raise Unreadable("note") from error
