"""The service catalogue and a service's outages as sheets."""

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import gettext as _

from audit_app.exports.sheet import Column, Sheet
from audit_app.exports.sheet import Row as Cells
from audit_app.indicators.availability import MINUTE
from audit_app.indicators.catalogue_models import Service
from audit_app.indicators.levels import hours_of
from audit_app.indicators.service_screens import Down, Row, Standing, hours_words


def catalogue(found: Sequence[Standing]) -> Sheet:
    """The services with what holds now and their last twelve months."""
    columns = (
        Column(_("Code")),
        Column(_("Service"), width=28),
        Column(_("Customer"), width=22),
        Column(_("Service owner")),
        Column(_("Target")),
        Column(_("Service hours"), width=34),
        Column(_("Agreed minutes"), "number"),
        Column(_("Minutes down"), "number"),
        Column(_("Minutes allowed"), "number"),
        Column(_("Availability in percent"), "number", decimals=4),
        Column(_("Outages"), "int"),
        Column(_("Months missed"), "int"),
        Column(_("State")),
    )
    return Sheet(
        _("Service catalogue"), columns, [_row(each) for each in found], empty=_("No service matches")
    )


def _row(one: Standing) -> Cells:
    held, year = one.agreement, one.year
    return (
        one.service.code,
        one.service.name,
        one.service.customer,
        one.service.owner.name if one.service.owner else "",
        f"{held.target.normalize():f} %" if held else "",
        hours_words(hours_of(held)) if held else "",
        *(_figures(year) if year else (None,) * 5),
        len(one.missed),
        str(one.state.label),
    )


def _figures(row: Row) -> tuple[float | int | None, ...]:
    up = row.level.up
    share = up.availability
    return (
        round(up.agreed_minutes, 2),
        round(up.down_minutes, 2),
        round(row.level.allowed / MINUTE, 2),
        round(share, 4) if share is not None else None,
        up.outages,
    )


def months(service: Service, found: Sequence[Row], year: Row | None) -> Sheet:
    """The last twelve months of a service, and all of them together."""
    columns = (
        Column(_("Month")),
        Column(_("Target")),
        Column(_("Agreed minutes"), "number"),
        Column(_("Minutes down"), "number"),
        Column(_("Minutes allowed"), "number"),
        Column(_("Availability in percent"), "number", decimals=4),
        Column(_("Outages"), "int"),
        Column(_("Longest outage"), "number"),
        Column(_("Agreed maintenance"), "number"),
        Column(_("State")),
    )
    lines = [*found, *([year] if year else [])]
    return Sheet(
        " ".join((service.code, _("Months"))),
        columns,
        [
            (
                str(row.month) if row.month else _("Twelve months together"),
                row.target,
                *_figures(row),
                _minutes(row.level.longest),
                _minutes(row.level.up.planned),
                str(row.state.label),
            )
            for row in lines
        ],
    )


def _minutes(time: timedelta) -> float:
    return round(time / MINUTE, 2)


def outages(service: Service, found: Sequence[Down]) -> Sheet:
    """The outages of a service in the log, and what of each counts."""
    columns = (
        Column(_("Name in the log"), width=26),
        Column(_("Begins"), "datetime"),
        Column(_("Ends"), "datetime"),
        Column(_("Minutes long"), "number"),
        Column(_("Minutes that count"), "number"),
        Column(_("Meaning"), width=22),
        Column(_("Planned, says the log"), width=20),
    )
    return Sheet(
        " ".join((service.code, _("Outages"))),
        columns,
        [
            (
                each.row.service,
                each.row.started_at,
                each.row.ended_at,
                round(each.minutes, 2),
                round(each.counted, 2),
                str(each.counts.label),
                _("yes") if each.row.planned else _("no"),
            )
            for each in found
        ],
    )
