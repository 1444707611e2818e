"""Words of a pack on the system itself: how nonconformities and audits go, and values corrected late."""

from typing import Any

from flask_babel import lazy_gettext as _l

PHRASES: dict[str, Any] = {
    "indicator.missed_all": _l(
        "%(name)s (%(code)s): missed in all %(total)s months, latest %(value)s in %(month)s "
        "(target %(target)s)."
    ),
    "improve.unmeasured": _l(
        "Improvement register: %(proposed)s proposed in the period, %(open)s not settled; none is measured "
        "against its target yet."
    ),
    "nc.compared": _l(
        "Counted by kind beside the time just as long before. Two numbers are a comparison, not a trend, and "
        "more audits find more."
    ),
    "correction.summary": _l(
        "Values corrected after their month was closed: %(approved)s approved, %(waiting)s waiting for "
        "approval. What waits is not in the figures yet."
    ),
    "audit.quarters": _l(
        "On time is reported within 14 days of the planned end; cancelled ones and those still within their "
        "time do not count: %(part)s of %(whole)s in the period (%(share)s)."
    ),
    "audit.clauses": _l(
        "Clause by clause: the share of answers without a nonconformity in the latest audits with answers "
        "(%(count)s), the lowest first. ● from %(low)s %%, ▲ below, ■ below %(bad)s %%. Audits look at "
        "different samples: the last two of a clause are a comparison, not a trend."
    ),
    "warn.corrected": _l(
        "Values corrected after their month was closed: %(count)s. They differ from what was shown before. "
        "See input %(input)s)."
    ),
    "warn.correction_waits": _l(
        "Corrections of closed months that wait for approval: %(count)s. The figures still hold the value of "
        "before. See input %(input)s)."
    ),
}
