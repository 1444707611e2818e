"""A document on paper as a list of plain blocks. `pdf.render` draws them; nothing here knows how.

All text is text: `<b>` and `&` are printed as typed. Nothing is cut without "+n more" saying so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Literal, TypeAlias

from .charts import Chart
from .values import Badge, Check, Link, Pen, Scalar, Strong, Tone, Words

GridCell: TypeAlias = Scalar | Badge | Check | Link | Pen | Strong | Tone | tuple["GridCell", ...]
"""What a cell of a grid or a fact holds; a tuple stacks its parts one under another."""

Fact: TypeAlias = tuple[Words, GridCell]


@dataclass(frozen=True, slots=True)
class Cover:
    """The first page. `facts` stand in its lower half; `notice` is the confidentiality line at the bottom."""

    title: Words
    subtitle: Words = ""
    kicker: Words = ""
    facts: tuple[Fact, ...] = ()
    notice: Words = ""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """A title at the top of the first page, for forms of one or two pages that need no cover."""

    title: Words
    subtitle: Words = ""
    badge: Badge | None = None
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Contents:
    """The list of headings with page numbers, on a page of its own. `depth`: how many levels it shows."""

    depth: int = 2


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1, 2 or 3; it also becomes a bookmark. `new_page` starts a page before it.

    Numbers ("1", "a)") are the writer's: put them into the text. `anchor` is a name other text can link to
    with Link(url="#anchor").
    """

    text: Words
    level: Literal[1, 2, 3] = 1
    new_page: bool = False
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; line breaks and blank lines in it are kept. lead is larger, note small, quote set in."""

    text: Words
    style: Literal["normal", "lead", "note", "quote"] = "normal"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; with `numbered` it counts from 1."""

    items: tuple[Words | Check | Link, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs of name and value in one or two columns of pairs. Two columns suit short values only."""

    pairs: tuple[Fact, ...]
    columns: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A column of a grid. `width` is relative to the others; all its numbers show `decimals` digits."""

    title: Words
    width: float = 1.0
    align: Literal["left", "right", "centre"] = "left"
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table whose header repeats on every page.

    limit   show that many rows and then a row "+n more"; 0 shows all
    empty   the sentence in place of rows when there are none; without one the renderer says "No entries."
    total   a last row in bold
    compact smaller letters; dense: the smallest, for a matrix of a year's months

    Widths are wishes: a column whose longest word or code would be torn takes room from the others.
    """

    columns: tuple[GridColumn, ...]
    rows: tuple[tuple[GridCell, ...], ...]
    limit: int = 0
    empty: Words = ""
    caption: Words = ""
    total: tuple[GridCell, ...] = ()
    compact: bool = False
    dense: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with its title, unit, source and number of cases. `height` in millimetres."""

    chart: Chart
    height: float = 62.0
    caption: Words = ""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """Charts side by side, `columns` to a row; a row that is not full keeps their size."""

    charts: tuple[Chart, ...]
    columns: int = 3
    height: float = 34.0


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A line of a board. `movement`: up, down, level or "" for none, drawn as an arrow beside `moves`."""

    light: Badge
    subject: Words
    reasons: tuple[Words, ...] = ()
    movement: str = ""
    moves: Words = ""
    more: Link | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """Traffic lights with their reasons: large shapes that differ without colour, the word beside each."""

    rows: tuple[BoardRow, ...]


@dataclass(frozen=True, slots=True)
class TreeNode:
    """One answer of a tree: a line of small words above, the text, a note below, and what it led to.

    `marked` sets it in a strong frame, with `mark` in words beside its label.
    """

    text: Words
    label: Words = ""
    note: Words = ""
    marked: bool = False
    mark: Words = ""
    nodes: tuple["TreeNode", ...] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """Trees drawn as an outline: a box per node, set in by its depth and joined by lines; breaks between."""

    nodes: tuple[TreeNode, ...]


@dataclass(frozen=True, slots=True)
class Rib:
    """A possible cause on a bone; `marked` draws it strong, with `mark` before its text."""

    text: Words
    marked: bool = False
    mark: Words = ""


@dataclass(frozen=True, slots=True)
class Bone:
    """A bone of a fishbone with its name and what hangs on it."""

    name: Words
    ribs: tuple[Rib, ...] = ()


@dataclass(frozen=True, slots=True)
class Fishbone:
    """What was found at the head, bones above and below the spine. Scaled down rather than cut."""

    head: Words
    bones: tuple[Bone, ...]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture (JPEG, PNG) fitted into at most `width` × `height` millimetres, with its caption below.

    Bytes that are no picture are replaced by a sentence with the caption, never an exception.
    """

    data: bytes
    caption: Words = ""
    width: float = 120.0
    height: float = 90.0


@dataclass(frozen=True, slots=True)
class Callout:
    """A boxed remark with a coloured edge. `title` in bold above the text; tone as in values.TONES.

    A tuple of words and links is a list, one point each.
    """

    text: Words | tuple[Words | Link, ...]
    tone: str = "info"
    title: Words = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """One line to sign: role, name, when. `mark` stands in place of a pen stroke ("Signed in the system").

    `strokes` are what a pen drew on a screen: lists of points (x to the right, y down) in a box of `size`.
    """

    role: Words
    name: Words = ""
    signed: date | datetime | None = None
    mark: Words = ""
    strokes: tuple[Sequence[Sequence[float]], ...] = ()
    size: tuple[float, float] = (1, 1)


@dataclass(frozen=True, slots=True)
class Signatures:
    """The sign-off at the end of a document; never torn apart by a page break."""

    rows: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows starts on a new page."""


@dataclass(frozen=True, slots=True)
class Space:
    """Empty room of `height` millimetres."""

    height: float = 4.0


@dataclass(frozen=True, slots=True)
class KeepTogether:
    """Blocks that should stand on one page if they fit on one."""

    blocks: tuple["Block", ...]


Block: TypeAlias = (
    Cover | Letterhead | Contents | Heading | Text | Bullets | Facts | Grid | Figure | FigureRow
    | Board | Tree | Fishbone | Image | Callout | Signatures | PageBreak | Space | KeepTogether
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document. `created` is the only clock: the same value renders to the same bytes.

    watermark  a word set large and pale across each page ("DRAFT"); empty for none
    hash8      the first characters of the SHA-256 of what is printed, shown in the footer
    zone       time zone in which instants are printed; days are never shifted
    """

    title: Words
    blocks: tuple[Block, ...]
    organisation: Words = ""
    code: Words = ""
    version: Words = ""
    language: str = "en"
    created: datetime = field(default=datetime(2000, 1, 1, tzinfo=UTC))
    author: Words = ""
    watermark: Words = ""
    hash8: str = ""
    zone: tzinfo = UTC
