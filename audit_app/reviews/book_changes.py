"""What changed since the last review, as a sheet: the whole list."""

from flask_babel import gettext as _

from audit_app.exports.sheet import Column, Sheet
from audit_app.exports.values import Link, Tone
from audit_app.reviews.pack import Pack
from audit_app.reviews.paper_changes import changed_title, unchanged
from audit_app.reviews.telling import tell


def changes_sheet(pack: Pack) -> Sheet:
    """One row for each change, with the sheet of the input that tells more."""
    since = pack.since
    found = () if since is None else since.changes
    return Sheet(
        _("Changes"),
        (Column(_("What changed"), width=90), Column(_("Input"), width=8)),
        [
            (
                Tone(tell(each.said), each.tone),
                Link(each.input_key, sheet=_("Input %(letter)s", letter=each.input_key)),
            )
            for each in found
        ],
        heading=changed_title("" if since is None else since.code),
        empty=unchanged(pack),
    )
