"""Plain values that several tests of the renderers share, and small readers for what was rendered."""

from datetime import UTC, date, datetime
from io import BytesIO

from openpyxl import Workbook as Read
from openpyxl import load_workbook
from pypdf import PdfReader

from audit_app.exports import document as d
from audit_app.exports import pdf, xlsx
from audit_app.exports.charts import Chart, Limits, Series
from audit_app.exports.sheet import Sheet, Workbook
from audit_app.exports.values import Badge, Check, Link, Strong

AT = datetime(2026, 7, 15, 8, 30, tzinfo=UTC)


def chart(points: int, kind: str = "line") -> Chart:
    """A chart of so many months with a gap, a target, limits and a signal where there is room for them."""
    values = tuple(None if i == 3 else 90 + i % 7 for i in range(points))
    return Chart(
        kind, "Availability 可用性", tuple(f"{2000 + i // 12}-{i % 12 + 1:02d}" for i in range(points)),
        (Series("Site A", values), Series("Site B", values)), unit="%", target=95, limits=Limits.level(88, 93, 98, points),
        signals=(1,) if points > 1 else (), source="Monitoring", cases=(10,) * points, higher_is_better=True,
    )  # fmt: skip


def every_block(language: str = "en") -> d.Document:
    """A document with one of each block."""
    columns = (d.GridColumn("No.", 1), d.GridColumn("Finding", 4), d.GridColumn("State", 1.5))
    rows = tuple(
        (f"NC-{i}", "Change without approval 变更未批准", Badge("Overdue", "danger")) for i in range(60)
    )
    blocks: tuple[d.Block, ...] = (
        d.Cover("Management review", "First half", "Report", (("Date", date(2026, 7, 15)),), "Confidential"),
        d.Contents(), d.Letterhead("Form", "of one page", Badge("Closed", "success"), (("Number", 12),)),
        d.Heading("1 Decisions", anchor="decisions"), d.Text("管理评审 and text", "lead"),
        d.Text("small", "note"), d.Text("said", "quote"),
        d.Bullets(("one", "two"), numbered=True),
        d.Bullets((Check(True, "done"), "dot", Link("go", "#decisions"))),
        d.Facts((("Audits", 1234), ("Rate", 0.5), ("Nothing", None)), columns=2), d.Heading("1.1 Figures", 2),
        d.Figure(chart(24)),
        d.FigureRow((chart(0), chart(12, "bar"), chart(24)), 2), d.Callout("Watch out", "bad", "Attention"),
        d.Grid(columns, rows, caption="Table 1", total=("", "Sum", 60)),
        d.Grid(columns, rows, limit=2, compact=True),
        d.Grid(columns, (), empty="None was found."),
        d.Board((d.BoardRow(Badge("Red", "bad"), "Supplier", ("late",), "down", "Worse", Link("i)", "#decisions")),)),
        d.Image(b"no picture", "Photo 1"), d.Space(3), d.PageBreak(),
        d.KeepTogether((d.Heading("2 Sign-off"), d.Text(Strong("bold").text))),
        d.Signatures((d.Signature("Manager", "Chen Jing 陈静", AT, "Signed"), d.Signature("Auditor"))),
    )  # fmt: skip
    return d.Document(
        "Review", blocks, "Hengxin 恒信", "MR-1", "2.0", language, AT, watermark="DRAFT", hash8="a1b2c3d4"
    )


def pdf_of(*blocks: d.Block) -> PdfReader:
    """The blocks as a document, read back."""
    return PdfReader(BytesIO(pdf.render(d.Document("T", blocks))))


def words_of(*blocks: d.Block) -> str:
    """The text of a document of these blocks, without white space: lines break where they may."""
    return "".join("".join(page.extract_text() for page in pdf_of(*blocks).pages).split())


def book_of(*sheets: Sheet) -> Read:
    """The sheets as a workbook, read back."""
    return load_workbook(BytesIO(xlsx.render(Workbook(sheets, created=AT))))
