"""How a pack was signed, on paper and in the workbook. Packs of before signatures say nothing of it."""

from collections.abc import Iterator

from flask_babel import gettext as _

from audit_app.exports.document import Block, Callout, Facts, GridCell, Heading
from audit_app.reviews.pack import Pack, said
from audit_app.reviews.telling import tell, tell_moment


def signed_facts(pack: Pack, sha256: str) -> Iterator[Block]:
    """Under the lines to sign: what was signed, bound to which hash, and how a reader checks it."""
    if pack.conclusion.meaning is None:
        return
    yield Heading(_("Signature"), 3)
    facts: list[tuple[str, GridCell]] = [*signature_of(pack), (_("Signed text, SHA-256"), sha256)]
    yield Facts(tuple(facts))
    if pack.meta.sealing is None:
        yield Callout(
            _(
                "This file carries no digital signature, because no key was configured on approval. Its "
                "SHA-256 is kept in the register: there it can be checked."
            ),
            "neutral",
        )


def signature_of(pack: Pack) -> list[tuple[str, str]]:
    """Pairs of name and value: who signed, when, meaning what, and which certificate the PDF carries."""
    end, meta = pack.conclusion, pack.meta
    if end.meaning is None:
        return []
    facts = [
        (
            _("Signed by"),
            _("%(name)s, %(at)s", name=end.approved_by, at=tell_moment(end.approved_at, meta.zone)),
        ),
        (_("Meaning"), tell(said(f"signed.{end.meaning}"))),
        (
            _("Sign-in check"),
            _("repeated with the password at this moment")
            if end.asked_again
            else _("not repeated at this moment"),
        ),
    ]
    if meta.sealing is None:
        return [*facts, (_("Signature in the PDF"), _("none: no key was configured on approval"))]
    until = _("valid until %(day)s", day=f"{meta.sealing.ends:%Y-%m-%d}")
    return [
        *facts,
        (_("Signature in the PDF"), f"PAdES · {meta.sealing.name} · {until}"),
        (_("Certificate, SHA-256"), meta.sealing.fingerprint),
    ]
