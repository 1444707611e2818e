"""The blueprint that the files of views share."""

from flask import Blueprint

blueprint = Blueprint("home", __name__)
