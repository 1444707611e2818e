"""The blueprint of people and organisation, for all modules of views."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__, url_prefix="/organisation")
