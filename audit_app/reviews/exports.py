"""A pack as files: rendered from the snapshot once, kept on approval, and given out as kept for ever
after.
"""

from typing import Any

from flask_babel import gettext as _

from audit_app.exports import pdf, xlsx
from audit_app.exports.names import download_name
from audit_app.exports.sheet import Column, Sheet, Workbook
from audit_app.exports.values import Tone, speaking
from audit_app.reviews import book, paper, paper_minutes, paper_supplement, queries, sealing, supplements
from audit_app.reviews.compile import compile_pack
from audit_app.reviews.models import Review
from audit_app.reviews.pack import Pack, digest, from_json, said, to_json
from audit_app.reviews.supplement_models import ReviewSupplement
from audit_app.reviews.supplement_tree import CODEC, Supplement
from audit_app.reviews.telling import tell

LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
KINDS = ("pdf", "xlsx")


def render(pack: Pack, language: str, kind: str, sha256: str = "") -> bytes:
    """One file of a pack. The same pack always gives the same bytes. ``language``: zh or en; ``kind``:
    pdf, xlsx; ``sha256``: digest of the pack's JSON where the caller has it.
    """
    locale, sha256 = LOCALES[language], sha256 or digest(to_json(pack))
    with speaking(locale):
        if kind == "pdf":
            return pdf.render(paper.document(pack, locale, sha256))
        return xlsx.render(book.workbook(pack, locale, sha256))


def render_all(pack: Pack) -> dict[tuple[str, str], bytes]:
    """All four files, by (language, kind): what :func:`services.approve` keeps."""
    sha256 = digest(to_json(pack))
    return {(language, kind): render(pack, language, kind, sha256) for language in LOCALES for kind in KINDS}


def kept_files(pack: Pack) -> dict[tuple[str, str], bytes]:
    """The files as they are kept: the PDFs with the organisation's signature, where a key is configured.

    Raises :class:`Refused` when the key cannot be used.
    """
    return {
        (language, kind): signed(pack, language, kind, made)
        for (language, kind), made in render_all(pack).items()
    }


def signed(pack: Pack, language: str, kind: str, made: bytes) -> bytes:
    """A rendered file as it is kept: a PDF of a pack with a sealing is signed, all else stays as it is."""
    if kind != "pdf" or pack.meta.sealing is None:
        return made
    end, locale = pack.conclusion, LOCALES[language]
    with speaking(locale):
        meaning = tell(said(f"signed.{end.meaning}"))
    return sealing.sign(
        made, name=end.approved_by, meaning=meaning, code=pack.meta.code, at=end.approved_at, locale=locale
    )


def supplement_page(made: Supplement, language: str) -> bytes:
    """The PDF of a supplement, unsigned. The same supplement always gives the same bytes."""
    locale = LOCALES[language]
    with speaking(locale):
        return pdf.render(paper_supplement.document(made, locale, digest(CODEC.write(made))))


def supplement_files(made: Supplement) -> dict[tuple[str, str], bytes]:
    """The PDFs of a supplement as they are kept, signed where a key is configured.

    Raises :class:`Refused` when the key cannot be used.
    """
    found = {}
    for language, locale in LOCALES.items():
        content = supplement_page(made, language)
        if made.sealing is not None:
            with speaking(locale):
                meaning = tell(said(f"signed.{made.meaning}"))
            content = sealing.sign(
                content, name=made.issued_by, meaning=meaning, code=made.code, at=made.issued_at,
                locale=locale,
            )  # fmt: skip
        found[language, "pdf"] = content
    return found


def pack_of(review: Review) -> tuple[Pack, str]:
    """The pack of a review and its SHA-256: as frozen, or compiled now while it is not approved."""
    frozen = queries.frozen_pack(review)
    if frozen is not None:
        return from_json(frozen.snapshot), frozen.sha256
    pack = compile_pack(review)
    return pack, digest(to_json(pack))


def file_of(review: Review, language: str, kind: str) -> bytes:
    """One export: the kept bytes of an approved review, a fresh draft of any other."""
    kept = queries.frozen_file(review, language, kind)
    if kept is not None:
        return kept.content
    pack, sha256 = pack_of(review)
    return render(pack, language, kind, sha256)


def export(review: Review, language: str) -> dict[str, bytes]:
    """PDF and XLSX of a review in one language: {"pdf": …, "xlsx": …}."""
    kept = {kind: queries.frozen_file(review, language, kind) for kind in KINDS}
    if all(kept.values()):
        return {kind: file.content for kind, file in kept.items() if file is not None}
    pack, sha256 = pack_of(review)  # Compiled once for both files.
    return {kind: render(pack, language, kind, sha256) for kind in KINDS}


def minutes_of(review: Review, language: str) -> bytes:
    """The minutes as PDF in one language, from the pack as frozen, or as it stands now."""
    pack, sha256 = pack_of(review)
    with speaking(LOCALES[language]):
        names = tuple(row.name for row in review.recipients)
        return pdf.render(paper_minutes.document(pack, LOCALES[language], names, sha256))


def minutes_name(review: Review, language: str) -> str:
    """Name of a download, e.g. ``MR-2026-01-M en.pdf``."""
    return download_name(f"{review.code}-M {language}", "pdf")


def filename(review: Review, language: str, kind: str) -> str:
    """Name of a download, e.g. ``MR-2026-01 en.pdf``."""
    return download_name(f"{review.code} {language}", kind)


def _told(issued: list[ReviewSupplement]) -> str:
    """Supplements in one cell: code and day of each."""
    return "\n".join(f"{each.code} · {each.issued_at:%Y-%m-%d}" for each in issued)


def register(reviews: Any, language: str) -> bytes:
    """The list of reviews as a workbook."""
    reviews = list(reviews)
    corrected = supplements.issued_of([row.id for row in reviews])
    with speaking(LOCALES[language]):
        columns = (
            Column(_("Code")),
            Column(_("Title"), width=40),
            Column(_("State")),
            Column(_("Meeting"), "date"),
            Column(_("Period from"), "date"),
            Column(_("Period to"), "date"),
            Column(_("Chair")),
            Column(_("Next review"), "date"),
            Column(_("Supplements"), width=26, wrap=True),
        )
        tones = {"approved": "good", "held": "info", "preparing": "warn"}
        rows = [
            (
                row.code,
                row.title,
                Tone(str(row.state.label), tones.get(row.state.value, "neutral")),
                row.meets_on,
                row.period_from,
                row.period_to,
                row.chair.name,
                row.next_review_on,
                _told(corrected.get(row.id, [])),
            )
            for row in reviews
        ]
        sheet = Sheet(_("Management reviews"), columns, rows, empty=_("There is no review yet."))
        return xlsx.render(Workbook((sheet,), language=LOCALES[language]))
