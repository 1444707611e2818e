"""The views, by what they serve: the plan with its agenda, the meetings, and calendars."""

from audit_app.agenda import routes_calendar, routes_meetings, routes_plan
from audit_app.agenda.blueprint import blueprint

__all__ = ["VIEWS", "blueprint"]

VIEWS = (routes_plan, routes_meetings, routes_calendar)
"""Modules whose views are on the blueprint."""
