"""The views, by what they serve: the library, imports, an audit's fieldwork, and the door for answers."""

from audit_app.checklists import (
    routes_app,
    routes_authoring,
    routes_field_files,
    routes_fieldwork,
    routes_import,
    routes_library,
    routes_sync,
    routes_tablets,
)
from audit_app.checklists.blueprint import blueprint

__all__ = ["VIEWS", "blueprint"]

VIEWS = (
    routes_library,
    routes_authoring,
    routes_import,
    routes_fieldwork,
    routes_app,
    routes_sync,
    routes_field_files,
    routes_tablets,
)
"""Modules whose views are on the blueprint."""
