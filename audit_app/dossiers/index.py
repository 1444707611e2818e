"""The index of a dossier: every document with code, version, date and SHA-256; what is missing, with the
reason."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from audit_app.checklists.exports import workbook
from audit_app.dossiers.chain import Chain, columns
from audit_app.dossiers.items import Entry
from audit_app.dossiers.papers import DASH, paper
from audit_app.exports import pdf, xlsx
from audit_app.exports.document import Block, Callout, Grid, GridColumn, Heading, Letterhead, Text
from audit_app.exports.sheet import Column, Sheet
from audit_app.exports.values import Strong, Tone


def title() -> str:
    """How the index is called."""
    return _("Index of the audit file")


def on_paper(subject: str, code: str, entries: Sequence[Entry], chain: Chain, who: str) -> bytes:
    """The index as PDF."""
    there = [each for each in entries if each.path]
    missing = [each for each in entries if not each.path]
    blocks: list[Block] = [
        Letterhead(
            title(),
            subject,
            None,
            (
                (_("Files"), len(there)),
                (_("Documents that are not there"), len(missing)),
                (_("Made for"), who),
            ),
        ),
        Text(
            _(
                "The folders are numbered in the order in which auditors ask. Each file can be checked by "
                "its SHA-256."
            )
        ),
        *_order(chain),
        Heading(_("Documents"), 2),
        _documents(there),
        Heading(_("Documents that are not there, and why"), 2),
        _missing(missing),
    ]
    return pdf.render(paper(title(), code, blocks))


def _order(chain: Chain) -> list[Block]:
    """The dates of each audit, then every pair that stands the wrong way round with both dates and why."""
    heads = (GridColumn(_("Audit"), 2.2), *(GridColumn(each, 1.5) for each in columns()))
    rows = tuple((Strong(code), *(str(on or DASH) for on in dates)) for code, dates in chain.rows)
    blocks: list[Block] = [Heading(_("Order of the dates"), 2)]
    if rows:
        blocks.append(Grid(heads, rows, dense=True))
    blocks += [Text(each, "note") for each in chain.notes]
    if not chain.remarks:
        return [*blocks, Callout(in_order(chain.compared), "good")]
    blocks.append(Text(out_of_order(chain)))
    wrong = (
        GridColumn(_("Of"), 2.4),
        GridColumn(_("Should come first"), 4),
        GridColumn(_("Should follow"), 4),
        GridColumn(_("Recorded reason"), 6),
    )
    told = tuple(
        (Strong(each.subject), (each.first, each.first_on), (each.then, each.then_on), each.why)
        for each in chain.remarks
    )
    return [*blocks, Grid(wrong, told, compact=True)]


def in_order(compared: int) -> str:
    """The sentence where nothing is out of order."""
    return ngettext(
        "%(num)s pair of dates was compared: it stands in order.",
        "%(num)s pairs of dates were compared: all stand in order.",
        compared,
    )


def out_of_order(chain: Chain) -> str:
    """The sentence above the list of pairs that are out of order."""
    return _(
        "%(compared)s pairs of dates were compared; %(wrong)s of them stand the wrong way round:",
        compared=chain.compared,
        wrong=len(chain.remarks),
    )


def _documents(entries: Sequence[Entry]) -> Grid:
    columns = (
        GridColumn(_("No."), 1),
        GridColumn(_("Document"), 4),
        GridColumn(_("Code"), 3.2),
        GridColumn(_("Version"), 2),
        GridColumn(_("Date"), 1.9),
        GridColumn(_("File and SHA-256"), 6.4),
    )
    rows = tuple(
        (
            f"{each.doc.number:02d}",
            each.title,
            Strong(each.doc.code),
            each.doc.version or DASH,
            str(each.doc.dated or DASH),
            (each.path.partition("/")[2], each.sha256),
        )
        for each in entries
    )
    return Grid(columns, rows, dense=True, empty=_("No document could be made."))


def _missing(entries: Sequence[Entry]) -> Grid:
    """What is not there: documents of the same audit or review with the same reason share a row."""
    columns = (
        GridColumn(_("Of"), 2.6),
        GridColumn(_("Why"), 7),
        GridColumn(_("Document"), 6),
    )
    alike: dict[tuple[str, str], list[str]] = {}
    for each in entries:
        words = f"{each.doc.number:02d} {each.title}"
        alike.setdefault((each.doc.subject, each.doc.reason), []).append(words)
    rows = tuple((Strong(of), why, tuple(words)) for (of, why), words in sorted(alike.items()))
    return Grid(columns, rows, compact=True, empty=_("Every document is there."))


def as_book(subject: str, code: str, entries: Sequence[Entry], chain: Chain) -> bytes:
    """The index as XLSX."""
    columns = (
        Column(_("No."), "int"),
        Column(_("Document")),
        Column(_("Of")),
        Column(_("Code")),
        Column(_("Version")),
        Column(_("Date"), "date"),
        Column(_("There")),
        Column(_("File"), width=50),
        Column("SHA-256", width=68),
        Column(_("Bytes"), "int"),
        Column(_("Why not"), width=60, wrap=True),
    )
    rows = [
        (
            each.doc.number,
            each.title,
            each.doc.subject,
            each.doc.code,
            each.doc.version,
            each.doc.dated,
            Tone(_("yes"), "good") if each.path else Tone(_("no"), "warn"),
            each.path,
            each.sha256,
            each.size or None,
            each.doc.reason,
        )
        for each in entries
    ]
    documents = Sheet(_("Documents"), columns, rows, heading=f"{title()} {subject}")
    return xlsx.render(workbook((documents, *_dates(chain)), title(), code))


def _dates(chain: Chain) -> tuple[Sheet, Sheet]:
    """Pairs out of order, and the dates of each audit."""
    remarks = Sheet(
        _("Order of the dates"),
        (
            Column(_("Of")),
            Column(_("Should come first"), width=40, wrap=True),
            Column(_("Its date")),
            Column(_("Should follow"), width=40, wrap=True),
            Column(_("Its date")),
            Column(_("Recorded reason"), width=70, wrap=True),
        ),
        [(each.subject, each.first, each.first_on, each.then, each.then_on, each.why)
         for each in chain.remarks],
        empty=in_order(chain.compared),
    )  # fmt: skip
    heads = (Column(_("Audit")), *(Column(each, "date") for each in columns()))
    rows = [(code, *days) for code, days in chain.rows]
    dates = Sheet(_("Dates of the audits"), heads, rows, notes=tuple(chain.notes))
    return remarks, dates
