"""The tickets of services of the catalogue, by the categories their names mean; and how they were kept."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select

from audit_app.core.db import db
from audit_app.indicators.levels import Entry, key_of
from audit_app.indicators.models import Import, TicketRow
from audit_app.indicators.periods import Span
from audit_app.indicators.sla_tickets import ByPriority, Case, tallies


def kept(found: Iterable[Entry], period: Span) -> dict[int, list[ByPriority]]:
    """Response and resolution by priority, of the tickets opened in a period: {service id: priorities}.

    Services without a ticket that has a target are left out. Two queries, whatever the number of services.
    """
    entries = [each for each in found if each.terms]
    services = {key: entry for entry in entries for key in entry.keys}
    opened = (TicketRow.opened_at >= period.start, TicketRow.opened_at < period.end)
    names = db.session.scalars(select(TicketRow.category).where(*opened).distinct())
    owners = {name: services[key_of(name)] for name in names if key_of(name) in services}
    query = (
        select(
            TicketRow.category,
            TicketRow.priority,
            TicketRow.opened_at,
            TicketRow.responded_at,
            TicketRow.resolved_at,
            TicketRow.closed_at,
            Import.at,
        )
        .join(Import, TicketRow.import_id == Import.id)
        .where(*opened, TicketRow.category.in_(owners))
    )
    cases: dict[int, list[Case]] = defaultdict(list)
    for category, *facts in db.session.execute(query):
        cases[owners[category].service.id].append(Case._make(facts))
    told = {entry.service.id: tallies(cases[entry.service.id], entry.terms) for entry in entries}
    return {service_id: rows for service_id, rows in told.items() if rows}
