"""The one blueprint of the indicators; its views stand in routes.py, routes_values.py, routes_import.py and
routes_sampling.py.
"""

from flask import Blueprint

blueprint = Blueprint("indicators", __name__, url_prefix="/indicators")
