"""The pack as a workbook: the same snapshot, one sheet per input, native charts, real numbers and days."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from audit_app.exports import sheet
from audit_app.exports.sheet import Sheet, Workbook
from audit_app.exports.values import Digits, Link, Tone, titled
from audit_app.reviews.book_changes import changes_sheet
from audit_app.reviews.charting import chart
from audit_app.reviews.pack import Column, Figure, Input, Pack, Plot, Remark, Table, Toned, Value, said
from audit_app.reviews.paper import STATE_TONE, input_title, light_word
from audit_app.reviews.paper_changes import changed_title
from audit_app.reviews.paper_meeting import function_of, topic_title
from audit_app.reviews.paper_signing import signature_of
from audit_app.reviews.paper_standards import clauses, cross_table
from audit_app.reviews.sources import Sources
from audit_app.reviews.telling import bare, tell, tell_distribution, tell_moment, tell_movement, tell_unit

PROSE = 14
"""Lines that may stand above a table: more would push it off the screen."""
KINDS = {
    "text": "text",
    "int": "int",
    "number": "number",
    "percent": "number",
    "figure": "number",
    "date": "date",
    "month": "month",
}


def workbook(pack: Pack, language: str, sha256: str) -> Workbook:
    """The whole pack as a workbook, in the language in force."""
    meta = pack.meta
    return Workbook(
        tuple(_sheets(pack, sha256)),
        title=f"{meta.code} {meta.title}",
        organisation=tell(meta.organisation),
        code=meta.code,
        version=str(meta.version),
        created=meta.compiled_at,
        language=language,
        zone=ZoneInfo(meta.zone),
    )


def _sheets(pack: Pack, sha256: str) -> Iterator[Sheet]:
    yield _cover(pack, sha256)
    yield _decisions(pack)
    if pack.since is not None:
        yield changes_sheet(pack)
    yield _picture(pack)
    if pack.agenda:
        yield _agenda(pack)
    for one in pack.inputs:
        yield from _input(pack, one)
    if cross_table(pack.inputs):
        yield _standards(pack)
    yield _definitions(pack)
    yield _sources(pack)


def _cover(pack: Pack, sha256: str) -> Sheet:
    meta, end = pack.meta, pack.conclusion
    facts: list[tuple[str, sheet.Cell]] = [
        (_("Document"), meta.code),
        (_("Version"), meta.version),
        (_("State"), tell(said(f"review.{meta.state}"))),
        ("SHA-256", sha256),
        (_("Organisation"), tell(meta.organisation)),
        (_("Scope"), tell(meta.scope)),
        (_("Confidentiality"), tell(meta.confidentiality)),
        (_("Period from"), meta.period_from),
        (_("Period to"), meta.period_to),
        (_("Meeting"), meta.meets_on),
        (_("Place"), meta.place),
        (_("Chair"), meta.chair),
        (_("Prepared by"), meta.prepared_by),
        (_("Compiled at"), meta.compiled_at),
        (_("Next review"), end.next_review_on),
        (_("Approved by"), end.approved_by),
        (_("Approved at"), end.approved_at),
        *signature_of(pack)[1:],
    ]
    if meta.distribution is not None:
        facts.append((_("Distribution list"), tell_distribution(meta.distribution)))
    columns = (
        sheet.Column(_("Name"), width=28),
        sheet.Column(_("Function"), width=44),
        sheet.Column(_("Attendance")),
        *((sheet.Column(_("Signed at"), "datetime"),) if _signed(pack) else ()),
    )
    return Sheet(
        _("Cover"),
        columns,
        _participants(pack),
        heading=" · ".join((_("Management review pack"), meta.title)),
        facts=tuple(facts),
        notes=_cover_notes(pack),
        freeze=False,
        filters=False,
    )


def _signed(pack: Pack) -> bool:
    return any(row.signature is not None for row in pack.participants)


def _participants(pack: Pack) -> list[sheet.Row]:
    words = {None: _("not recorded yet"), 1: _("present"), 0: _("absent")}
    return [
        (
            row.name,
            row.function or function_of(pack, row.name),
            _("%(name)s stood in", name=row.deputy) if row.deputy else words[row.attended],
            *((row.signature.at if row.signature else None,) if _signed(pack) else ()),
        )
        for row in pack.participants
    ]


def _cover_notes(pack: Pack) -> tuple[str, ...]:
    concluded = (
        (_("Suitability"), pack.conclusion.suitability),
        (_("Adequacy"), pack.conclusion.adequacy),
        (_("Effectiveness"), pack.conclusion.effectiveness),
        (_("Minutes"), pack.conclusion.minutes),
    )
    notes = tuple(line for title, text in concluded for line in _lines(title, text))
    if not pack.frozen:
        notes = (_("DRAFT: the review is not approved yet; figures can still change."), *notes)
    return notes


def _lines(title: str, text: str) -> tuple[str, ...]:
    """A text that people typed as notes, a line each: notes grow with their words, cells of facts do not."""
    lines = [part for line in text.splitlines() if line.strip() for part in _parts(line)]
    return tuple(titled(title, line) if not place else line for place, line in enumerate(lines))


PART = 16_000
"""Letters of a line that one cell takes: Excel's limit is 32,767 units, of which an emoji needs two."""


def _parts(line: str) -> Iterator[str]:
    """A line that is too long for a cell, in several, each of which says that it goes on."""
    count = -(-len(line) // PART)
    for place in range(count):
        part = line[place * PART : (place + 1) * PART]
        if count > 1:
            part += " " + _("[part %(part)s of %(parts)s]", part=place + 1, parts=count)
        yield part


def _decisions(pack: Pack) -> Sheet:
    chosen = any(row.chosen for row in pack.decisions)
    columns = (
        sheet.Column(_("Code")),
        sheet.Column(_("State")),
        sheet.Column(_("Decision"), width=44),
        sheet.Column(_("Why"), width=36),
        sheet.Column(_("Options and cost"), width=36),
        *((sheet.Column(_("Chosen"), width=24),) if chosen else ()),
        sheet.Column(_("Resources"), width=24),
        sheet.Column(_("Input")),
        sheet.Column(_("Owner")),
        sheet.Column(_("Due"), "date"),
        sheet.Column(_("Action")),
    )
    rows = [
        (
            row.code,
            Tone(tell(said(f"decision.{row.state}")), STATE_TONE[row.state]),
            row.text,
            row.rationale,
            row.options,
            *((row.chosen or "",) if chosen else ()),
            row.resources,
            row.input_key,
            row.owner,
            row.due_on,
            row.action,
        )
        for row in pack.decisions
    ]
    return Sheet(
        _("Decisions"),
        columns,
        rows,
        empty=_("No decision was asked for or taken."),
        notes=tuple(map(tell, pack.warnings)),
    )


def _picture(pack: Pack) -> Sheet:
    columns: tuple[sheet.Column, ...] = (
        sheet.Column(_("Subject"), width=34),
        sheet.Column(_("Traffic light")),
        sheet.Column(_("Why"), width=90),
        sheet.Column(_("Movement"), width=16),
        sheet.Column(_("Input"), width=8),
    )
    rows: list[sheet.Row] = [
        (
            tell(light.subject),
            Tone(light_word(light.tone), light.tone),
            "\n".join(map(tell, light.reasons)),
            tell_movement(light.movement),
            Link(light.input_key, sheet=tab(light.input_key)),
        )
        for light in pack.lights
    ]
    if pack.since is not None and pack.since.code:
        columns = (*columns, sheet.Column(changed_title(pack.since.code), width=28))
        rows = [
            (*row, "" if light.mark is None else tell(light.mark))
            for row, light in zip(rows, pack.lights, strict=True)
        ]
    return Sheet(_("Picture"), columns, rows)


def _agenda(pack: Pack) -> Sheet:
    columns = (
        sheet.Column(_("Time")),
        sheet.Column(_("Topic"), width=44),
        sheet.Column(_("Speaker"), width=20),
        sheet.Column(_("Duration in minutes"), "int"),
        sheet.Column(_("Discussion notes"), width=70),
    )
    rows = [
        (f"{each.starts}–{each.ends}", topic_title(each), each.speaker, each.minutes, each.notes)
        for each in pack.agenda or ()
    ]
    return Sheet(_("Agenda"), columns, rows)


def tab(key: str) -> str:
    """Title of the sheet of an input."""
    return _("Input %(letter)s", letter=key)


def _input(pack: Pack, one: Input) -> Iterator[Sheet]:
    sources = Sources.of(pack)
    line = sources.line
    tables = [block for block in one.blocks if isinstance(block, Table) and block.where != "paper"]
    charts = tuple(chart(block, sources.of_plot(block)) for block in one.blocks if isinstance(block, Plot))
    remarks = tuple(tell(block.said) for block in one.blocks if isinstance(block, Remark))
    if one.nothing:
        written = _lines(_("Nothing to report"), one.reason)
    else:
        written = _lines(_("Assessment"), one.text or _("No assessment is written yet."))
    facts: list[tuple[str, sheet.Cell]] = []
    if one.answers:
        facts.append((_("Also answers"), clauses(one.answers)))
    if one.author:
        facts.append((_("Signed"), f"{one.author} · {tell_moment(one.written_at, pack.meta.zone)}"))
    # Beside charts or below many sentences a table would be out of sight, and its header would stand above
    # the charts on paper: it gets a sheet of its own.
    beside = bool(tables) and not charts and len(written) + len(remarks) <= PROSE
    first, rest = (tables[0], tables[1:]) if beside else (None, tables)
    yield Sheet(
        tab(one.key),
        _columns(first),
        _rows(first),
        heading=input_title(one.key),
        facts=tuple(facts),
        notes=(*written, *remarks, *([tell(first.title), line(first)] if first else [])),
        charts=charts,
        empty=tell(first.empty) if first and first.empty else "",
    )
    for number, table in enumerate(rest, 2):
        yield Sheet(
            f"{tab(one.key)} ({number})",
            _columns(table),
            _rows(table),
            heading=titled(input_title(one.key), tell(table.title)),
            notes=tuple(filter(None, (line(table),))),
            empty=tell(table.empty) if table.empty else "",
        )


def _columns(table: Table | None) -> tuple[sheet.Column, ...]:
    if table is None:
        return ()
    found = tuple(_column(table, place) for place in range(len(table.columns)))
    return found if table.marks is None else (*found, sheet.Column(changed_title(""), width=28))


def _column(table: Table, place: int) -> sheet.Column:
    column = table.columns[place]
    kind = KINDS[column.kind]
    decimals = 2 if column.kind == "figure" else column.decimals
    width = 0 if kind != "text" or column.width < 20 else min(60, column.width * 2)
    return sheet.Column(tell(column.title), kind, width=width, decimals=decimals)  # type: ignore[arg-type]  # see KINDS


def _rows(table: Table | None) -> list[sheet.Row]:
    if table is None:
        return []
    rows = [tuple(map(_cell, row, table.columns)) for row in table.rows]
    if table.marks is None:
        return rows
    return [(*row, "" if mark is None else tell(mark)) for row, mark in zip(rows, table.marks, strict=True)]


def _cell(value: Value, column: Column) -> sheet.Cell:
    plain = bare(value)
    within = value.value if isinstance(value, Toned) else value
    if column.kind == "figure" and isinstance(within, Figure):
        plain = Digits(within.value, within.decimals, tell_unit(within.unit))
    return Tone(plain, value.tone) if isinstance(value, Toned) else plain


def _standards(pack: Pack) -> Sheet:
    columns = (
        sheet.Column(_("Standard"), width=24),
        sheet.Column(_("Clause"), width=14),
        sheet.Column(_("Subject"), width=44),
        sheet.Column(_("Said under")),
    )
    rows = [
        (standard, clause, subject, ", ".join(keys))
        for standard, clause, subject, keys in cross_table(pack.inputs)
    ]
    return Sheet(_("Standards"), columns, rows, heading=_("Inputs of the other standards"))


def _definitions(pack: Pack) -> Sheet:
    columns = (
        sheet.Column(_("Code")),
        sheet.Column(_("Indicator"), width=32),
        sheet.Column(_("Formula"), width=60),
        sheet.Column(_("Unit")),
        sheet.Column(_("Direction")),
        sheet.Column(_("Target")),
        sheet.Column(_("Clause")),
        sheet.Column(_("Source")),
    )
    rows = [
        (
            row.code,
            tell(row.name),
            tell(row.formula),
            tell_unit(row.unit),
            tell(said(f"direction.{row.direction}")),
            tell(row.target),
            row.clause,
            tell(said(f"source.{row.source}")),
        )
        for row in pack.definitions
    ]
    return Sheet(_("Definitions"), columns, rows, empty=_("No indicator is in use."))


def _sources(pack: Pack) -> Sheet:
    columns = (
        sheet.Column(_("File"), width=36),
        sheet.Column("SHA-256", width=72),
        sheet.Column(_("Rows"), "int"),
        sheet.Column(_("Rows read"), "int"),
        sheet.Column(_("Imported by")),
        sheet.Column(_("Imported"), "datetime"),
    )
    rows = [(row.filename, row.sha256, row.rows, row.accepted, row.by, row.at) for row in pack.sources]
    return Sheet(_("Sources"), columns, rows, empty=_("None: all values were entered by hand."))
