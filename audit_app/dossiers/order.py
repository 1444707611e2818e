"""Dates of an audit file that do not stand in the order auditors expect, each with the reason where it is
known.

Programme approved, audit announced, audit held, report issued, actions verified, management review (rules
R3, R12).
"""

from collections.abc import Iterator
from datetime import date

from flask_babel import gettext as _

from audit_app.dossiers.contents import day
from audit_app.dossiers.items import Remark
from audit_app.programme.models import Audit, AuditState
from audit_app.reviews.models import Review, ReviewState


def of_audit(audit: Audit, verified: date | None) -> Iterator[Remark]:
    """What stands out of order within one audit."""
    if audit.state is AuditState.CANCELLED:
        return
    approved, told = day(audit.programme.approved_at), day(audit.notified_at)
    started = day(audit.started_at)
    if approved is not None and told is not None and approved > told:
        yield Remark(
            audit.code,
            _(
                "Announced on %(told)s, before the programme was approved on %(approved)s. The "
                "date is that of the "
                "last approval: a programme that was revised is approved again, and the trail "
                "holds both.",
                told=told,
                approved=approved,
            ),
        )
    if approved is None and started is not None:
        yield Remark(
            audit.code, _("Begun on %(started)s although the programme is not approved.", started=started)
        )
    yield from _afterwards(audit, verified)


def _afterwards(audit: Audit, verified: date | None) -> Iterator[Remark]:
    """From the announcement on."""
    told, started = day(audit.notified_at), day(audit.started_at)
    reported = day(audit.reported_at)
    if told is not None and started is not None and told > started:
        yield Remark(
            audit.code, _("Announced on %(told)s, after it began on %(started)s.", told=told, started=started)
        )
    if reported is not None and reported < audit.ends_on:
        yield Remark(
            audit.code,
            _(
                "Reported on %(reported)s, before its last planned day %(last)s.",
                reported=reported,
                last=audit.ends_on,
            ),
        )
    if verified is not None and reported is not None and verified < reported:
        yield Remark(
            audit.code,
            _(
                "Actions were verified on %(verified)s, before the report of %(reported)s: what is "
                "put right during an audit can be verified during it.",
                verified=verified,
                reported=reported,
            ),
        )


def of_review(review: Review, reported: list[tuple[str, date | None, date]]) -> Iterator[Remark]:
    """Audits held before a review whose report came after it: (code, day of the report, last day)."""
    if review.state not in (ReviewState.HELD, ReviewState.APPROVED):
        return
    for code, issued, last in reported:
        if last >= review.meets_on or not review.period_from <= last <= review.period_to:
            continue
        if issued is None or issued > review.meets_on:
            yield Remark(
                review.code,
                _(
                    "Met on %(met)s, before the report of the audit %(code)s (%(issued)s): its "
                    "results go into the "
                    "next review.",
                    met=review.meets_on,
                    code=code,
                    issued=issued or _("not issued yet"),
                ),
            )
