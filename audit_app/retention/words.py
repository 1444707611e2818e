"""What the trail says of it."""

from flask_babel import lazy_gettext as _l

SENTENCES = {
    "retention.choose": _l("changed how long something is kept"),
    "retention.tidy": _l("removed what was kept long enough"),
}
FIELDS = {"days": _l("Days"), "key": _l("Kind of record")}
