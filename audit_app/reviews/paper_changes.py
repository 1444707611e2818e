"""What changed since the last review, on paper: a short list near the front."""

from collections.abc import Iterator

from flask_babel import gettext as _

from audit_app.exports.document import Block, Bullets, Heading, Text
from audit_app.exports.values import Link
from audit_app.reviews.pack import Pack
from audit_app.reviews.telling import tell

SHOWN = 14
"""Changes told near the front; the others stand marked where they belong, and in the workbook."""


def changed_title(code: str) -> str:
    """Heading of the list."""
    return _("What changed since %(code)s", code=code) if code else _("What changed since the last review")


def unchanged(pack: Pack) -> str:
    """The sentence in place of the list; "" where there is one."""
    if pack.since is None or pack.since.changes:
        return ""
    if not pack.since.code:
        return _("No review was approved before this one, so nothing can be compared.")
    return _(
        "Nothing of what is compared: colours of lights, results, targets, major nonconformities, decisions."
    )


def changed(pack: Pack) -> Iterator[Block]:
    """The list with a link to the input of each; packs of before have none."""
    since = pack.since
    if since is None:
        return
    yield Heading(changed_title(since.code), 2)
    if words := unchanged(pack):
        yield Text(words)
        return
    yield Bullets(
        tuple(Link(tell(each.said), url=f"#input-{each.input_key}") for each in since.changes[:SHOWN])
    )
    if (left := len(since.changes) - SHOWN) > 0:
        yield Text(_("+%(count)s more: sheet “Changes” of the workbook.", count=left), "note")
