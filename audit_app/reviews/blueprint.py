"""The blueprint that the files of views share."""

from flask import Blueprint

blueprint = Blueprint("reviews", __name__, url_prefix="/reviews")
