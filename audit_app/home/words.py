"""Words of the notices that are gathered by date."""

from flask_babel import lazy_gettext as _l

NOTICES = {
    "action.due": (
        _l("%(code)s is due on %(due)s"),
        _l("Your action “%(title)s” is due on %(due)s. Report it done, with evidence, or ask for more time."),
    ),
    "action.late": (
        _l("%(code)s is late (due %(due)s)"),
        _l("Your action “%(title)s” was due on %(due)s. Report it done, with evidence, or ask for more time."),
    ),
    "finding.due": (
        _l("%(code)s is due on %(due)s"),
        _l("The finding “%(title)s” is due on %(due)s. Take the next step."),
    ),
    "finding.late": (
        _l("%(code)s is late (due %(due)s)"),
        _l("The finding “%(title)s” was due on %(due)s. Take the next step or ask for more time."),
    ),
}
