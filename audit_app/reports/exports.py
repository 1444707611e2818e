"""A report as files: rendered from the snapshot once, kept when issued, and given out as kept for ever
after."""

from audit_app.accounts.language import LOCALES
from audit_app.accounts.models import Person
from audit_app.core.frozen import digest
from audit_app.exports import pdf, xlsx
from audit_app.exports.names import download_name
from audit_app.exports.values import speaking
from audit_app.programme.models import Audit
from audit_app.reports import book, paper, queries
from audit_app.reports.compile import compile_report
from audit_app.reports.models import code_of
from audit_app.reports.tree import CODEC, Report

KINDS = ("pdf", "xlsx")


def render(report: Report, language: str, kind: str, sha256: str = "") -> bytes:
    """One file of a report. The same report always gives the same bytes. ``language``: zh or en."""
    locale, sha256 = LOCALES[language], sha256 or digest(CODEC.write(report))
    with speaking(locale):
        if kind == "pdf":
            return pdf.render(paper.document(report, locale, sha256))
        return xlsx.render(book.workbook(report, locale, sha256))


def render_all(report: Report) -> dict[tuple[str, str], bytes]:
    """All four files, by (language, kind): what :func:`services.issue` keeps."""
    sha256 = digest(CODEC.write(report))
    return {
        (language, kind): render(report, language, kind, sha256) for language in LOCALES for kind in KINDS
    }


def report_of(audit: Audit, *, to: Person, number: int | None = None) -> tuple[Report, str]:
    """The report and its SHA-256: as issued (``number`` picks a supplement), or compiled now as a draft."""
    kept = queries.issued(audit)
    if number is not None or kept:
        frozen = queries.frozen(audit, number or 0)
        report: Report = CODEC.read(frozen.snapshot)
        return report, frozen.sha256
    draft = compile_report(queries.report_of(audit), to=to)
    return draft, digest(CODEC.write(draft))


def file_of(audit: Audit, language: str, kind: str, *, to: Person, number: int = 0) -> bytes:
    """One file: the kept bytes of an issued report, a fresh draft of any other."""
    kept = queries.frozen_file(audit, number, language, kind)
    if kept is not None:
        return kept.content
    report, sha256 = report_of(audit, to=to, number=number or None)
    return render(report, language, kind, sha256)


def filename(audit: Audit, number: int, language: str, kind: str) -> str:
    """Name of a download, e.g. ``SMS-IA-2026-01-R en.pdf``."""
    return download_name(f"{code_of(audit, number)} {language}", kind)
