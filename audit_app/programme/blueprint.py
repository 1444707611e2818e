"""The blueprint that the files of views share."""

from flask import Blueprint

blueprint = Blueprint("programme", __name__, url_prefix="/programme")
