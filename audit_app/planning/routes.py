"""The routes of this domain, module by module."""

from audit_app.planning import routes_coverage, routes_proposal, routes_versions
from audit_app.planning.blueprint import blueprint

__all__ = ["blueprint", "routes_coverage", "routes_proposal", "routes_versions"]
