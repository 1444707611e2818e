"""The audit report as one frozen tree: page, PDF and workbook read it and nothing else (decision 0006)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from audit_app.core.frozen import LATER, Codec, Name

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Unit:
    """A process, department or site of the scope."""

    code: str
    name: Name


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody named in the report. ``role``: a key of ``telling.ROLES``; ``job`` and ``unit`` as on the
    day of the
    report."""

    name: str
    role: str
    job: str = ""
    unit: Name | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Questions per verdict."""

    conform: int = 0
    minor: int = 0
    major: int = 0
    observation: int = 0
    ofi: int = 0
    good_practice: int = 0
    not_applicable: int = 0
    open: int = 0

    @property
    def total(self) -> int:
        """All questions."""
        return self.judged + self.not_applicable + self.open

    @property
    def judged(self) -> int:
        """Questions that were answered and apply."""
        return self.conform + self.minor + self.major + self.observation + self.ofi + self.good_practice

    @property
    def nonconforming(self) -> int:
        """Major and minor together."""
        return self.minor + self.major

    @property
    def fulfilled(self) -> int | None:
        """Degree of fulfilment in per cent: judged questions without a nonconformity; None while none is
        judged.
        """
        return None if not self.judged else round(100 * (self.judged - self.nonconforming) / self.judged)


@dataclass(frozen=True, slots=True)
class Result:
    """How one process or clause came out; ``codes`` are the findings that name it.

    ``maturity``: of a process, weighted mean of the scores (0 to 4); None without a question with a score.
    """

    code: str
    name: Name
    counts: Counts
    codes: tuple[str, ...] = ()
    maturity: Decimal | None = field(default=None, metadata=LATER)


@dataclass(frozen=True, slots=True)
class Proof:
    """A file of evidence."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Found:
    """A finding as it stood when the report was issued."""

    code: str
    grade: str
    title: str
    requirement: str
    evidence: str
    statement: str
    location: str
    recommendation: str
    clause: str
    process: Name | None
    department: Name | None
    owner: str
    auditor: str
    raised_on: date
    response_due_on: date | None
    due_on: date | None
    files: tuple[Proof, ...] = ()

    @property
    def nonconformity(self) -> bool:
        """Major or minor."""
        return self.grade in ("major", "minor")


@dataclass(frozen=True, slots=True)
class Sampled:
    """A sample of one question."""

    clause: str
    population: int
    size: int
    method: str
    exceptions: int


@dataclass(frozen=True, slots=True)
class Omitted:
    """A question of the scope that was not judged: ``kind`` not_applicable or open, and what the auditor
    noted.
    """

    clause: str
    title: Name
    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class Tie:
    """What binds a member of the team to the audited area."""

    person: str
    subject: Name


@dataclass(frozen=True, slots=True)
class Waived:
    """An exception from independence that was approved: reason, what makes up for it, by whom and when."""

    person: str
    what: Name
    reason: str
    measure: str
    approved_by: str
    approved_on: date | None


@dataclass(frozen=True, slots=True)
class Met:
    """An opening or closing meeting: kind, when, where, who was there."""

    kind: str
    at: datetime | None
    place: str
    present: tuple[str, ...]
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """A diverging opinion that could not be resolved, and whose it is."""

    person: str
    words: str


@dataclass(frozen=True, slots=True)
class Signed:
    """Who approved or issued what, and when."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """What a supplement changes: of which finding, which field (key of ``telling.CHANGES``), before and
    after.
    """

    code: str
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Supplement:
    """Why the report is corrected, and how. ``report_sha256``: of the report that it belongs to."""

    reason: str
    correction: str
    report_sha256: str
    changes: tuple[Change, ...]
    answers: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Meta:
    """What stands on the cover. ``number``: 0 the report, 1… its supplements."""

    code: str
    audit: str
    number: int
    kind: str
    title: str
    organisation: Name
    org_scope: Name
    confidentiality: Name
    practice: str
    programme: str
    programme_title: str
    starts_on: date
    ends_on: date
    notified_at: datetime | None
    started_at: datetime | None
    lead: str
    manager: str
    compiled_at: datetime
    issued: Signed | None
    zone: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Objective, criteria and what was audited where."""

    objective: str
    criteria: str
    rationale: str
    clauses: tuple[str, ...]
    processes: tuple[Unit, ...]
    departments: tuple[Unit, ...]
    sites: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report. ``bare``: questions judged conform without evidence."""

    meta: Meta
    scope: Scope
    team: tuple[Player, ...]
    auditees: tuple[Player, ...]
    counts: Counts
    by_process: tuple[Result, ...]
    by_clause: tuple[Result, ...]
    findings: tuple[Found, ...]
    samples: tuple[Sampled, ...]
    bare: int
    omitted: tuple[Omitted, ...]
    uncovered: tuple[Unit, ...]
    ties: tuple[Tie, ...]
    waivers: tuple[Waived, ...]
    meetings: tuple[Met, ...]
    differences: tuple[Difference, ...]
    grades: Signed | None
    conclusion: str
    obstacles: str
    not_covered: str
    follow_up: str
    recipients: tuple[Player, ...]
    others: str
    supplement: Supplement | None = None
    format: int = field(default=FORMAT)

    @property
    def issued(self) -> bool:
        """No longer a draft."""
        return self.meta.issued is not None

    @property
    def levelled(self) -> bool:
        """Whether any process was asked a question that is answered by a score."""
        return any(each.maturity is not None for each in self.by_process)

    @property
    def nonconformities(self) -> tuple[Found, ...]:
        """Major before minor."""
        return tuple(each for each in self.findings if each.nonconformity)


CODEC = Codec(
    "an audit report",
    Report,
    (
        Name,
        Unit,
        Player,
        Counts,
        Result,
        Proof,
        Found,
        Sampled,
        Omitted,
        Tie,
        Waived,
        Met,
        Difference,
        Signed,
        Change,
        Supplement,
        Meta,
        Scope,
        Report,
    ),
)
