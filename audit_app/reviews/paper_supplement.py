"""A supplement on paper, one page: what it corrects, why, what is to be read instead, and who signed it."""

from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from audit_app.exports.document import (
    Block,
    Callout,
    Document,
    Facts,
    GridCell,
    Heading,
    KeepTogether,
    Letterhead,
    Signature,
    Signatures,
    Text,
)
from audit_app.reviews.pack import said
from audit_app.reviews.paper import input_title
from audit_app.reviews.supplement_tree import Supplement
from audit_app.reviews.telling import tell, tell_moment


def corrected(input_key: str, decision: str, text: str = "") -> str:
    """What a supplement corrects, in words: an input, a decision with its words, or the whole review."""
    if input_key:
        return _("Input %(title)s", title=input_title(input_key))
    if decision:
        return _("Decision %(code)s: %(text)s", code=decision, text=text)
    return _("The review as a whole")


def title_of(number: int, review: str) -> str:
    """Supplement 1 to the management review MR-2026-01."""
    return _("Supplement %(number)s to the management review %(code)s", number=number, code=review)


def document(made: Supplement, language: str, sha256: str) -> Document:
    """A supplement as a document, in the language in force (``language`` names it for the renderer)."""
    return Document(
        title=f"{made.code} {made.title}",
        blocks=_all(made, sha256),
        organisation=tell(made.organisation),
        code=made.code,
        version="1",
        language=language,
        created=made.issued_at,
        author=made.written_by,
        hash8=sha256[:8],
        zone=ZoneInfo(made.zone),
    )


def _all(made: Supplement, sha256: str) -> tuple[Block, ...]:
    note = _(
        "This supplement corrects the approved pack %(code)s, version %(version)s, whose SHA-256 is "
        "%(hash)s. The pack and its files stay as they were approved; read them together with this page.",
        code=made.review, version=made.pack_version, hash=made.pack_sha256,
    )  # fmt: skip
    facts: list[tuple[str, GridCell]] = [
        (_("Corrects"), corrected(made.input_key, made.decision, made.decision_text)),
        (_("Meeting"), str(made.meets_on)),
        (
            _("Written by"),
            _("%(name)s, %(at)s", name=made.written_by, at=tell_moment(made.written_at, made.zone)),
        ),
    ]
    return (
        Letterhead(
            title_of(made.number, made.review), subtitle=made.title, facts=((_("Document"), made.code),)
        ),
        Text(tell(made.confidentiality), "note"),
        Callout(note),
        Facts(tuple(facts)),
        Heading(_("Why"), 2),
        Text(made.reason),
        Heading(_("To be read instead"), 2),
        Text(made.correction),
        KeepTogether(_signed(made, sha256)),
    )


def _signed(made: Supplement, sha256: str) -> tuple[Block, ...]:
    meaning = tell(said(f"signed.{made.meaning}"))
    seal = _("none: no key was configured when it was issued")
    if made.sealing is not None:
        until = _("valid until %(day)s", day=f"{made.sealing.ends:%Y-%m-%d}")
        seal = f"PAdES · {made.sealing.name} · {until}"
    facts: list[tuple[str, GridCell]] = [
        (_("Meaning"), meaning),
        (
            _("Sign-in check"),
            _("repeated with the password at this moment")
            if made.asked_again
            else _("not repeated at this moment"),
        ),
        (_("Signed text, SHA-256"), sha256),
        (_("Signature in the PDF"), seal),
    ]
    if made.sealing is not None:
        facts.append((_("Certificate, SHA-256"), made.sealing.fingerprint))
    return (
        Heading(_("Signature"), 2),
        Signatures(
            (
                Signature(_("Written by"), made.written_by, made.written_at),
                Signature(_("Signed and issued by"), made.issued_by, made.issued_at, meaning),
            )
        ),
        Facts(tuple(facts)),
    )
