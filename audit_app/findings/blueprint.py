"""The blueprint that the files of views share."""

from flask import Blueprint

blueprint = Blueprint("findings", __name__, url_prefix="/findings")
