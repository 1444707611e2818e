"""What gunicorn starts: ``gunicorn 'audit_app.wsgi:application()'``, once in each worker."""

from flask import Flask

from audit_app import create_app
from audit_app.core import memory


def application() -> Flask:
    """The application with the settings of the environment, ready to serve."""
    app = create_app()
    memory.settle()
    return app
