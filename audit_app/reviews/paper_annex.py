"""The annexes of a pack: how the indicators are measured, and which files were read in."""

from collections.abc import Iterator

from flask_babel import gettext as _

from audit_app.exports.document import Block, Grid, GridCell, GridColumn, Heading, Text
from audit_app.reviews.pack import Many, Pack, SourceFile, said
from audit_app.reviews.telling import DASH, tell, tell_moment, tell_unit


def annexes(pack: Pack) -> Iterator[Block]:
    """Annex A and annex B."""
    yield Heading(_("Annex A: definitions of the indicators"), new_page=True)
    yield definitions(pack)
    yield Heading(_("Annex B: sources"))
    yield Text(counted_here(), "note")
    yield sources(pack)


def counted_here() -> str:
    """The sentence above the files."""
    return _(
        "Figures on findings, audits and actions are counted from the records of this "
        "system. Files that were read in:"
    )


def definitions(pack: Pack) -> Grid:
    """One row for each indicator."""
    columns = (
        GridColumn(_("Code"), 9),
        GridColumn(_("Indicator"), 20),
        GridColumn(_("Formula"), 36),
        GridColumn(_("Unit"), 11),
        GridColumn(_("Direction"), 14),
        GridColumn(_("Target"), 12),
        GridColumn(_("Clause"), 8),
    )
    rows = tuple(
        (
            row.code,
            tell(row.name),
            tell(row.formula),
            tell_unit(row.unit) or DASH,
            tell(said(f"direction.{row.direction}")),
            tell(row.target),
            row.clause or DASH,
        )
        for row in pack.definitions
    )
    return Grid(columns, rows, compact=True, empty=_("No indicator is in use."))


def sources(pack: Pack) -> Grid:
    """One row for each file."""
    columns = (
        GridColumn(_("File"), 17),
        GridColumn("SHA-256", 45),
        GridColumn(_("Rows read"), 15),
        GridColumn(_("Imported"), 23),
    )
    rows = tuple(_source(pack, source) for source in pack.sources)
    return Grid(columns, rows, dense=True, empty=_("None: all values were entered by hand."))


def _source(pack: Pack, source: SourceFile) -> tuple[GridCell, ...]:
    imported = tuple(part for part in (tell_moment(source.at, pack.meta.zone), source.by) if part)
    read = _("%(accepted)s of %(rows)s", accepted=f"{source.accepted:,}", rows=f"{source.rows:,}")
    return source.filename, source.sha256, read, tell(Many(imported))
