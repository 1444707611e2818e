"""What gunicorn starts: ``gunicorn 'audit_app.wsgi:application()'``, once in each worker."""

import sys

from flask import Flask
from flask_babel import gettext as _

from audit_app import create_app, production
from audit_app.commands import spoken
from audit_app.config import from_environment
from audit_app.core import memory


def application() -> Flask:
    """The application with the settings of the environment, ready to serve.

    Ends the process, in words on its error output, when the settings are not fit for an organisation's data.
    """
    settings = from_environment()
    wrong = [] if production.is_local(settings) else production.broken(settings, must=True)
    if wrong:
        with spoken():
            sys.exit(
                "\n".join([_("Not started. “check-config” says more."), *(str(rule.words) for rule in wrong)])
            )
    app = create_app(settings)
    memory.settle()
    return app
