"""Parts of the checklist record that do not belong to one question: loose notes and the signatures."""

from flask_babel import gettext as _

from audit_app.checklists import conditions, fields, scores
from audit_app.checklists.fieldwork import Fieldwork
from audit_app.checklists.notes import Noted
from audit_app.checklists.signatures import MEETINGS, Signed
from audit_app.core.clock import local
from audit_app.exports.document import Block, Bullets, Grid, GridColumn, Heading, Signature, Signatures, Text
from audit_app.exports.sheet import Column, Sheet


def not_asked(work: Fieldwork) -> list[Block]:
    """The questions that no answer led to, each with what it depends on; nothing when all were asked."""
    if not work.skipped:
        return []
    return [
        Heading(_("Questions that were not asked"), 2),
        Bullets(tuple(f"{clause} – {why}" for clause, why in skipped(work))),
    ]


def skipped(work: Fieldwork) -> list[tuple[str, str]]:
    """(question, the answers after which it would have been asked) of every question that was not asked."""
    found = []
    for answer in work.skipped:
        parent = next(
            each
            for each in work.questions
            if (each.item.checklist_id, each.item.lineage) == (answer.item.checklist_id, answer.item.asked_if)
        )
        words = conditions.in_words(
            answer.item, {parent.item.lineage: parent.item}, dict(fields.tokens(parent.item))
        )
        name = f"{answer.item.clause} {answer.item.title}".strip()
        found.append((name, _("asked only after %(answer)s", answer=words)))
    return found


def scores_of(work: Fieldwork) -> list[Block]:
    """The scores per process; nothing while nothing is judged."""
    rows = [row for row in scores.by_process(work) if row.judged]
    if not rows:
        return []
    columns = (
        GridColumn(_("Process"), 4), GridColumn(_("Answered"), 1.5, "right"),
        GridColumn(_("Conformity"), 1.5, "right"), GridColumn(_("Maturity (0 to 4)"), 1.7, "right"),
    )  # fmt: skip
    told = tuple(
        (_process(row), f"{row.answered} / {row.questions}", _share(row.conformity), _level(row.maturity))
        for row in rows
    )
    note = _(
        "Both weighted by question. Conformity: share of what was judged that is conform or good practice. "
        "Maturity: mean of the scores; – where no question is answered by a score."
    )
    return [Heading(_("Score by process"), 2), Text(note, "note"), Grid(columns, told, compact=True)]


def scored(work: Fieldwork) -> tuple[Sheet, ...]:
    """The same as a sheet, with the sums behind the figures."""
    columns = (
        Column(_("Process"), width=30), Column(_("Questions"), "int"), Column(_("Answered"), "int"),
        Column(_("Weight judged"), "int"), Column(_("Weight conform"), "int"),
        Column(_("Conformity"), "percent"), Column(_("Maturity (0 to 4)"), "number"),
    )  # fmt: skip
    rows = [
        (_process(row), row.questions, row.answered, row.judged, row.conform, row.conformity, row.maturity)
        for row in scores.by_process(work)
    ]
    return (Sheet(_("Score by process"), columns, rows),) if rows else ()


def _process(row: scores.Score) -> str:
    return f"{row.process.code} {row.process.name}" if row.process is not None else _("no process")


def _share(value: float | None) -> str:
    return f"{round(100 * value)} %" if value is not None else "–"


def _level(value: float | None) -> str:
    return f"{value:.1f}" if value is not None else "–"


def notes(work: Fieldwork) -> list[Block]:
    """Notes that nobody has assigned to a question; nothing when there are none."""
    if not work.loose_notes:
        return []
    return [
        Heading(_("Notes not assigned to a question"), 2),
        Bullets(tuple(_line(note) for note in work.loose_notes)),
    ]


def _line(note: Noted) -> str:
    at = local(note.at).strftime("%Y-%m-%d %H:%M")
    said = note.said or _("Photo")
    return f"{said} ({note.author}, {at})"


def signatures(work: Fieldwork) -> list[Block]:
    """What was signed on the screen, drawn from its strokes; then lines for a pen where nobody signed yet."""
    audit = work.audit
    closing = [each for each in work.signatures if each.meeting == "closing"]
    there = {each.party for each in closing}
    if audit.lead is not None and audit.lead.name in {each.name for each in closing}:
        there.add("")
    lines = [
        Signature(label, name)
        for party, label, name in (
            ("auditor", _("Auditor"), ""),
            ("", _("Lead auditor"), audit.lead.name if audit.lead else ""),
            ("auditee", _("Auditee"), ""),
        )
        if party not in there
    ]
    blocks: list[Block] = [Heading(_("Signatures"), 2)]
    for meeting, name in MEETINGS.items():
        rows = tuple(drawn(each) for each in work.signatures if each.meeting == meeting)
        if rows:
            blocks += [Text(str(name), "note"), Signatures(rows)]
    return [*blocks, Signatures(tuple(lines))]


def drawn(each: Signed) -> Signature:
    """A signature as its strokes, with both times."""
    at = local(each.received_at).strftime("%Y-%m-%d %H:%M")
    return Signature(
        _("%(party)s; at the server %(time)s", party=each.party_name, time=at),
        each.name,
        each.client_time,
        strokes=each.strokes,
        size=(each.width, each.height),
    )


def sheets(work: Fieldwork) -> tuple[Sheet, ...]:
    """Notes and signatures as rows of the workbook; a sheet only where there is something."""
    return (*((_notes(work),) if work.notes else ()), *((_signatures(work),) if work.signatures else ()))


def _notes(work: Fieldwork) -> Sheet:
    clauses = {answer.item.id: answer.item.clause for answer in work.answers}
    columns = (
        Column(_("Field note"), width=60, wrap=True), Column(_("Who said it")), Column(_("Questions")),
        Column(_("Files"), "int"), Column(_("Written by")), Column(_("Received"), "datetime"),
    )  # fmt: skip
    rows = [
        (
            each.text, each.speaker, ", ".join(clauses.get(item, "") for item in each.items), len(each.files),
            each.author, each.at,
        )
        for each in work.notes
    ]  # fmt: skip
    return Sheet(_("Notes"), columns, rows)


def _signatures(work: Fieldwork) -> Sheet:
    columns = (
        Column(_("Which meeting")), Column(_("Party")), Column(_("Name")),
        Column(_("Clock of the device"), "datetime"), Column(_("Received"), "datetime"),
        Column(_("Recorded by")),
    )  # fmt: skip
    rows = [
        (str(each.meeting_name), str(each.party_name), each.name, each.client_time, each.received_at, each.by)
        for each in work.signatures
    ]
    return Sheet(_("Signatures"), columns, rows)
