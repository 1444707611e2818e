"""The index of a dossier: every document with code, version, date and SHA-256; what is missing, with the
reason."""

from collections.abc import Sequence

from flask_babel import gettext as _

from audit_app.checklists.exports import workbook
from audit_app.dossiers.items import Entry, Remark
from audit_app.dossiers.papers import DASH, paper
from audit_app.exports import pdf, xlsx
from audit_app.exports.document import Block, Bullets, Callout, Grid, GridColumn, Heading, Letterhead, Text
from audit_app.exports.sheet import Column, Sheet
from audit_app.exports.values import Strong, Tone


def title() -> str:
    """How the index is called."""
    return _("Index of the audit file")


def on_paper(subject: str, code: str, entries: Sequence[Entry], remarks: Sequence[Remark], who: str) -> bytes:
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
        *_order(remarks),
        Heading(_("Documents"), 2),
        _documents(there),
        Heading(_("Documents that are not there, and why"), 2),
        _missing(missing),
    ]
    return pdf.render(paper(title(), code, blocks))


def _order(remarks: Sequence[Remark]) -> list[Block]:
    head = Heading(_("Order of the dates"), 2)
    if not remarks:
        words = _(
            "Programme, announcement, audit, report, verification and review follow each other in time."
        )
        return [head, Callout(words, "good")]
    return [head, Bullets(tuple(f"{each.subject}: {each.words}" for each in remarks))]


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
    columns = (
        GridColumn(_("No."), 1),
        GridColumn(_("Document"), 4),
        GridColumn(_("Of"), 3),
        GridColumn(_("Why"), 9),
    )
    rows = tuple(
        (f"{each.doc.number:02d}", each.title, each.doc.subject, each.doc.reason) for each in entries
    )
    return Grid(columns, rows, compact=True, empty=_("Every document is there."))


def as_book(subject: str, code: str, entries: Sequence[Entry], remarks: Sequence[Remark]) -> bytes:
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
        Column("SHA-256", width=66),
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
            each.size,
            each.doc.reason,
        )
        for each in entries
    ]
    documents = Sheet(_("Documents"), columns, rows, heading=f"{title()} {subject}")
    return xlsx.render(workbook((documents, _dates(remarks)), title(), code))


def _dates(remarks: Sequence[Remark]) -> Sheet:
    return Sheet(
        _("Order of the dates"),
        (Column(_("Of")), Column(_("Remark"), width=90, wrap=True)),
        [(each.subject, each.words) for each in remarks],
        empty=_("Programme, announcement, audit, report, verification and review follow each other in time."),
    )
