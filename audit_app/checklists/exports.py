"""The record of a checklist on paper and as a workbook, and a template as a sheet."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from audit_app.accounts import queries as accounts
from audit_app.checklists import record_parts, sampling, spelled
from audit_app.checklists.fieldwork import Answer, Fieldwork, Section
from audit_app.checklists.models import TemplateVersion, Verdict
from audit_app.core.clock import local, now, today, zone
from audit_app.exports.document import (
    Block,
    Callout,
    Document,
    Facts,
    Grid,
    GridColumn,
    Heading,
    KeepTogether,
    Letterhead,
    Text,
)
from audit_app.exports.sheet import Column, Sheet, Workbook
from audit_app.exports.values import Badge, Strong, Tone, days, listed, tone_of


def template(version: TemplateVersion) -> Sheet:
    """All rows of a version, in both languages, as the import reads them back."""
    columns = tuple(
        Column(title, wrap=True)
        for title in (
            _("Clause"),
            _("Section"),
            _("Title"),
            _("Question"),
            _("Expected evidence"),
            _("Title in the other language"),
            _("Question in the other language"),
            _("Evidence in the other language"),
            _("How it is answered"),
            _("Evidence required"),
            _("Weight"),
            _("Asked only after"),
        )
    )
    chinese = str(get_locale()).startswith("zh")
    first, second = ("zh", "en") if chinese else ("en", "zh")
    names = {each.lineage: each for each in version.questions}
    rows = [
        (
            each.clause,
            each.section,
            *(getattr(each, f"{name}_{first}") for name in ("title", "prompt", "evidence")),
            *(getattr(each, f"{name}_{second}") for name in ("title", "prompt", "evidence")),
            spelled.kind_of(each),
            each.needs.value,
            each.weight,
            spelled.condition_of(each, names),
        )
        for each in version.questions
        if each.assessable
    ]
    return Sheet(version.name, columns, rows, empty=_("No questions yet."))


def record_sheets(work: Fieldwork) -> tuple[Sheet, ...]:
    """The record of an audit as two sheets: every question with its answer, and the counts per section."""
    columns = (
        Column(_("Clause")),
        Column(_("Title"), wrap=True),
        Column(_("Question"), width=60, wrap=True),
        Column(_("Answer"), width=20, wrap=True),
        Column(_("Verdict")),
        Column(_("Record"), width=60, wrap=True),
        Column(_("Notes from the field"), width=40, wrap=True),
        Column(_("Files"), "int"),
        Column(_("Sample"), width=30, wrap=True),
        Column(_("Ids in the sample"), width=30, wrap=True),
        Column(_("Exceptions"), width=30, wrap=True),
        Column(_("Without evidence")),
        Column(_("Incomplete"), width=30, wrap=True),
        Column(_("Finding")),
        Column(_("Process")),
        Column(_("Answered by")),
        Column(_("Answered at"), "datetime"),
        Column(_("Clock of the device"), "datetime"),
    )
    rows = [_row(answer, work) for answer in work.answers]
    attributions = tuple(dict.fromkeys(each.template_version.attribution for each in work.checklists))
    return (
        Sheet(
            _("Checklist record"), columns, rows,
            heading=f"{work.audit.code} {work.audit.title}",
            facts=((_("Answered"), f"{work.answered} / {work.total}"), *_bare(work)),
            notes=tuple(each for each in attributions if each),
            empty=_("This audit has no checklist yet."),
        ),
        _counts(work),
        *record_parts.scored(work),
        *record_parts.sheets(work),
    )  # fmt: skip


def _row(answer: Answer, work: Fieldwork) -> tuple[Any, ...]:
    head, sample = answer.head, answer.sample
    return (
        answer.item.clause,
        answer.item.title,
        answer.item.prompt,
        answer.reply_words,
        Tone(_verdict(answer), tone_of(answer.verdict.tone)),
        _record(answer),
        "\n".join(note.said for note in answer.notes),
        len(answer.files),
        sampling.in_words(sample) if sample else "",
        sampling.listed(sample, len(sample["ids"])) if sample else "",
        "\n".join(sampling.failed(sample)) if sample else "",
        _("conform without evidence") if answer.bare else "",
        answer.lacking_words,
        ", ".join(finding.code for finding in work.findings.get(answer.item.id, [])),
        answer.item.process.code if answer.item.process else "",
        _authors(answer),
        head.received_at if head else None,
        head.client_time if head else None,
    )


def _counts(work: Fieldwork) -> Sheet:
    columns = (
        Column(_("Section")),
        *(Column(verdict.label, "int") for verdict in Verdict),
        Column(_("Questions"), "int"),
    )
    rows = [
        (_section_of(each, work), *(each.counts[verdict] for verdict in Verdict), each.total)
        for each in work.sections
    ]
    return Sheet(_("Counts"), columns, rows, empty=_("This audit has no checklist yet."))


def section_name(section: Section) -> str:
    """Clause and title of a section; the checklist's name when it has neither."""
    if not section.key:
        return section.checklist.name
    return f"{section.key} {section.title}".strip()


def _section_of(section: Section, work: Fieldwork) -> str:
    """The section with its checklist, where an audit has several: two standards have a section 4 each."""
    named = section_name(section)
    alone = len(work.checklists) == 1 or not section.key
    return named if alone else f"{named} · {section.checklist.name}"


def _verdict(answer: Answer) -> str:
    return _("Two answers") if answer.conflict else str(answer.verdict.label)


def _record(answer: Answer) -> str:
    """The note; of a disputed item both notes, each with its author and verdict."""
    if not answer.conflict:
        return answer.note
    return "\n".join(
        f"{head.author.name} ({head.value.label if head.value else Verdict.OPEN.label}): {head.note}"
        for head in answer.heads
    )


def _authors(answer: Answer) -> str:
    return listed(dict.fromkeys(head.author.name for head in answer.heads))


def workbook(sheets: Sequence[Sheet], title: str, code: str = "") -> Workbook:
    """The sheets as a workbook in the reader's language."""
    organisation = accounts.organisation()
    return Workbook(
        tuple(sheets),
        title=title,
        code=code,
        organisation=organisation.name if organisation else "",
        created=datetime.combine(today(), time.min, tzinfo=zone()),  # equal data of a day, equal bytes
        language=str(get_locale()),
        zone=zone(),
    )


def record_document(work: Fieldwork) -> Document:
    """The internal-audit checklist as auditors know it: clause, what to audit, record, conclusion."""
    audit = work.audit
    organisation = accounts.organisation()
    blocks: list[Block] = [
        Letterhead(_("Internal audit checklist"), subtitle=audit.title, facts=_facts(work)),
    ]
    if work.conflicts:
        blocks.append(
            Callout(
                _(
                    "%(count)s questions were answered by two people differently. Both answers are printed.",
                    count=len(work.conflicts),
                ),
                "warn",
            )
        )
    for section in work.sections:
        blocks.append(Heading(_section_of(section, work), 2))
        blocks.append(_grid(section.answers, work))
    blocks += [*record_parts.not_asked(work), *record_parts.scores_of(work), *record_parts.notes(work)]
    blocks.append(KeepTogether(_summary(work)))
    return Document(
        _("Internal audit checklist"),
        tuple(blocks),
        organisation=organisation.name if organisation else "",
        code=f"{audit.code}-C",
        language=str(get_locale()),
        created=now(),
        zone=zone(),
    )


def _summary(work: Fieldwork) -> tuple[Block, ...]:
    """How many items had which verdict, and who signs for it: on one page."""
    credits = dict.fromkeys(each.template_version.attribution for each in work.checklists)
    return (
        Heading(_("Summary"), 2),
        Facts(tuple((verdict.label, count) for verdict, count in work.counts.items()), columns=2),
        *(Text(words, "note") for words in credits if words),
        *record_parts.signatures(work),
    )


def _facts(work: Fieldwork) -> tuple[tuple[str, Any], ...]:
    audit = work.audit
    return (
        (_("Audit"), audit.code),
        (_("Dates"), days(audit.starts_on, audit.ends_on)),
        (_("Criteria"), audit.criteria),
        (_("Audit team"), listed(person.name for person in audit.auditors)),
        (_("Departments"), listed(department.name for department in audit.departments)),
        (
            _("Checklist"),
            listed(f"{each.name} v{each.template_version.number}" for each in work.checklists),
        ),
        (_("Answered"), f"{work.answered} / {work.total}"),
        *_bare(work),
    )


def _bare(work: Fieldwork) -> tuple[tuple[str, str], ...]:
    """How much of what was judged conform has no evidence; nothing while nothing was judged so."""
    share = work.bare_share
    if share is None:
        return ()
    counted = f"{len(work.bare)} / {work.conform} ({round(100 * share)} %)"
    return ((_("Conform without evidence"), counted),)


def _grid(answers: Sequence[Answer], work: Fieldwork) -> Grid:
    columns = (
        GridColumn(_("Clause"), 1.1),
        GridColumn(_("What to audit"), 4),
        GridColumn(_("Audit record"), 4.4),
        GridColumn(_("Verdict"), 1.7),
    )
    rows = []
    for answer in answers:
        findings = ", ".join(finding.code for finding in work.findings.get(answer.item.id, []))
        conclusion = Badge(_verdict(answer), tone_of(answer.verdict.tone))
        rows.append(
            (
                Strong(answer.item.clause),
                (Strong(answer.item.title), answer.item.prompt) if answer.item.title else answer.item.prompt,
                _printed(answer),
                (conclusion, findings) if findings else conclusion,
            )
        )
    return Grid(columns, tuple(rows), compact=True)


def _printed(answer: Answer) -> Any:
    """The record with its files and who answered when."""
    parts: list[Any] = [Strong(answer.reply_words)] if answer.reply else []
    parts += [_record(answer)] if _record(answer) else []
    parts += [note.said for note in answer.notes]
    parts += _sampled(answer.sample) if answer.sample else []
    if answer.files:
        parts.append(_("Files: %(names)s", names=listed(file.filename for file in answer.files)))
    parts += [answer.lacking_words] if answer.lacking else []
    if answer.head:
        at = local(answer.head.received_at).strftime("%Y-%m-%d %H:%M")
        parts.append(listed((_authors(answer), at)))
    return tuple(parts) if parts else ""


def _sampled(sample: dict[str, Any]) -> list[str]:
    """The sample in words, its exceptions, its ids."""
    lines = [_("Sample: %(words)s", words=sampling.in_words(sample))]
    lines += (
        [_("Exceptions: %(list)s", list="; ".join(sampling.failed(sample)))] if sample["exceptions"] else []
    )
    return lines + ([_("Ids: %(list)s", list=sampling.listed(sample))] if sample["ids"] else [])
