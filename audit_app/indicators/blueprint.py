"""The one blueprint of the indicators; its views stand in routes.py, routes_values.py and
routes_import.py.
"""

from flask import Blueprint

blueprint = Blueprint("indicators", __name__, url_prefix="/indicators")
