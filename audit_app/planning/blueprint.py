"""The blueprint: its addresses lie under those of the programme."""

from flask import Blueprint

blueprint = Blueprint("planning", __name__, url_prefix="/programme")
