"""The review pack: one frozen tree that feeds the page, the PDF and the workbook, and is kept as canonical
JSON.

It holds facts and keys, never prose of ours: words are made when it is shown (``telling.py``), so that a
pack frozen
today can be read in either language for ever. What people typed stays as typed. The tree consists of the
classes
below, tuples, text, whole numbers, Decimal, date, datetime and None; anything else is refused when it is
written.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from audit_app.core.frozen import LATER, Codec
from audit_app.core.frozen import Name as Name
from audit_app.core.frozen import digest as digest
from audit_app.reviews.pack_meeting import Answered as Answered
from audit_app.reviews.pack_meeting import Signed as Signed
from audit_app.reviews.pack_meeting import Topic as Topic

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence or a label: a key of ``phrases.PHRASES`` and the facts that fill its placeholders."""

    key: str
    facts: tuple[tuple[str, "Value"], ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured number: exact value, digits to show, unit (key of ``phrases.UNITS``). No value is "no
    data".
    """

    value: Decimal | None
    decimals: int = 0
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month, by its first day."""

    first: date


@dataclass(frozen=True, slots=True)
class Toned:
    """A value with a meaning: good, warn, bad, info, neutral. The words always say it too."""

    value: "Value"
    tone: str


@dataclass(frozen=True, slots=True)
class Many:
    """Several values in a row."""

    values: tuple["Value", ...]


Value: TypeAlias = str | int | Decimal | date | datetime | Name | Said | Figure | Month | Toned | Many | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. ``kind``: text, int, number, percent, date, month; ``width`` is relative."""

    title: Value
    kind: str = "text"
    width: int = 10
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A plain table. ``limit``: rows shown on paper before "+n more" (0: all); ``where``: both, paper or
    book; ``marks``: per row what is new or different since the last review, or None.
    """

    title: Value
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    limit: int = 0
    where: str = "both"
    empty: Said | None = None
    marks: tuple[Said | None, ...] | None = field(default=None, metadata=LATER)


@dataclass(frozen=True, slots=True)
class Line:
    """One line or set of bars: one value per label, None is a gap."""

    name: Value
    values: tuple[Decimal | None, ...]
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart as plain data. ``cases``: per label (numerator, denominator) or one count; ``higher``: which
    way is better, None for neither; ``targets``: one per label where it is set by month; ``bounds``: lower
    limit, mean and upper limit, each with one entry per label (packs of before have ``limits``, the same at
    every label).
    """

    kind: str
    title: Value
    labels: tuple[Value, ...]
    lines: tuple[Line, ...]
    unit: str = ""
    target: Decimal | None = None
    limits: tuple[Decimal, Decimal, Decimal] | None = None
    signals: tuple[int, ...] = ()
    decimals: int = 0
    source: Value = None
    cases: tuple[tuple[int, ...] | None, ...] = ()
    higher: int | None = None
    targets: tuple[Decimal | None, ...] = ()
    bounds: tuple[tuple[Decimal | None, ...], ...] | None = field(default=None, metadata=LATER)


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence of the compilation, with its tone."""

    said: Said
    tone: str = "info"


Block: TypeAlias = Table | Plot | Remark


@dataclass(frozen=True, slots=True)
class Input:
    """One of the fourteen inputs of 9.3, or one that another standard adds: what was written, or why there is
    nothing to report; what the data say; which clauses of other standards it ``answers``.
    """

    key: str
    text: str = ""
    nothing: int = 0
    reason: str = ""
    owner: str = ""
    author: str = ""
    written_at: datetime | None = None
    blocks: tuple[Block, ...] = ()
    answers: tuple[Answered, ...] | None = field(default=None, metadata=LATER)

    @property
    def filled(self) -> bool:
        """Whether the input says something (R11)."""
        return bool(self.text.strip()) or bool(self.nothing and self.reason.strip())


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody invited; ``attended`` 1, 0 or not known yet; ``deputy``: who came instead."""

    name: str
    function: str
    attended: int | None
    deputy: str | None = field(default=None, metadata=LATER)
    signature: Signed | None = field(default=None, metadata=LATER)


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision asked for, taken or refused."""

    code: str
    state: str
    input_key: str
    text: str
    rationale: str
    options: str
    resources: str
    owner: str
    due_on: date | None
    action: str = ""
    chosen: str | None = field(default=None, metadata=LATER)


@dataclass(frozen=True, slots=True)
class PreviousAction:
    """An action decided in an earlier review. ``age`` and ``late`` in days on the day of compilation."""

    code: str
    review: str
    title: str
    owner: str
    state: str
    created_on: date
    due_on: date
    age: int
    late: int
    note: str


@dataclass(frozen=True, slots=True)
class Light:
    """A traffic light: what of, its tone, why, which way it moves, and the input that tells more."""

    subject: Value
    tone: str
    reasons: tuple[Said, ...]
    movement: str = ""
    input_key: str = ""
    mark: Said | None = field(default=None, metadata=LATER)


@dataclass(frozen=True, slots=True)
class Definition:
    """How an indicator is measured."""

    code: str
    name: Name
    formula: Name
    unit: str
    direction: str
    target: Value
    clause: str
    source: str


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that figures come from."""

    filename: str
    kind: str
    sha256: str
    rows: int
    accepted: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sealing:
    """The certificate whose key signs the PDFs: name, SHA-256 (hex), last moment of its life."""

    name: str
    fingerprint: str
    ends: datetime


@dataclass(frozen=True, slots=True)
class Meta:
    """What stands on the cover. ``sealing``: None where no key was configured on approval; ``distribution``:
    to whom the pack goes, by name (none: who took part); None in packs of before.
    """

    code: str
    title: str
    organisation: Name
    scope: Name
    confidentiality: Name
    period_from: date
    period_to: date
    meets_on: date
    place: str
    chair: str
    prepared_by: str
    state: str
    version: int
    compiled_at: datetime
    zone: str
    sealing: Sealing | None = field(default=None, metadata=LATER)
    distribution: tuple[str, ...] | None = field(default=None, metadata=LATER)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What the review concluded (9.3) and how it was signed: ``meaning`` is a key of ``sign_models.Meaning``,
    ``asked_again`` 1 when the sign-in was repeated at that moment. Packs of before have neither.
    """

    suitability: str
    adequacy: str
    effectiveness: str
    minutes: str
    next_review_on: date | None
    approved_by: str
    approved_at: datetime | None
    meaning: str | None = field(default=None, metadata=LATER)
    asked_again: int | None = field(default=None, metadata=LATER)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different from the pack before, its tone, and the input that tells more."""

    said: Said
    tone: str
    input_key: str


@dataclass(frozen=True, slots=True)
class Since:
    """What changed since the review of ``code``; no code: no review was approved before this one."""

    code: str
    meets_on: date | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """The whole pack. ``warnings``: what the rules point out without stopping the approval."""

    meta: Meta
    participants: tuple[Attendee, ...]
    decisions: tuple[DecisionRow, ...]
    previous: tuple[PreviousAction, ...]
    lights: tuple[Light, ...]
    warnings: tuple[Said, ...]
    inputs: tuple[Input, ...]
    conclusion: Conclusion
    definitions: tuple[Definition, ...]
    sources: tuple[SourceFile, ...]
    format: int = FORMAT
    since: Since | None = field(default=None, metadata=LATER)
    agenda: tuple[Topic, ...] | None = field(default=None, metadata=LATER)

    @property
    def frozen(self) -> bool:
        """Approved: the final pack, no longer a draft."""
        return self.meta.state == "approved"


KINDS: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        Name,
        Said,
        Figure,
        Month,
        Toned,
        Many,
        Column,
        Table,
        Line,
        Plot,
        Remark,
        Answered,
        Input,
        Signed,
        Topic,
        Attendee,
        DecisionRow,
        PreviousAction,
        Light,
        Definition,
        SourceFile,
        Sealing,
        Meta,
        Conclusion,
        Change,
        Since,
        Pack,
    )
}


CODEC = Codec("a review pack", Pack, KINDS.values())


def said(key: str, **facts: Value) -> Said:
    """A sentence from its key and facts."""
    return Said(key, tuple(sorted(facts.items())))


def to_json(pack: Pack) -> str:
    """Canonical JSON of a pack. Raises TypeError for what a pack cannot hold."""
    return CODEC.write(pack)


def from_json(text: str) -> Pack:
    """The pack of a canonical JSON text; ``from_json(to_json(pack)) == pack``. Raises ValueError for other
    text.
    """
    pack: Pack = CODEC.read(text)
    return pack
