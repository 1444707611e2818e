"""Internal-audit and management-review tracker: the application factory."""

from flask import Flask
from flask_compress import Compress
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from audit_app.config import Settings, flask_settings, from_environment

csrf = CSRFProtect()
compress = Compress()


def create_app(settings: Settings | None = None) -> Flask:
    """Build one application from its settings (from the environment when none are given)."""
    from audit_app import domains, navigation, tables
    from audit_app.accounts import language, sign_in
    from audit_app.accounts import sessions as signed_in
    from audit_app.core.db import db, prepare_engine
    from audit_app.web import access, errors, formats, headers, health, icons, kept, sessions, transactions

    settings = settings or from_environment()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    app = Flask(__name__)
    app.config.update(flask_settings(settings))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.trust_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]  # as documented
    _hand_out(settings)
    _keep_a_log(app)
    assert tables.MODULES
    sessions.init_app(app)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    csrf.init_app(app)
    compress.init_app(app)
    for each in (signed_in, language, transactions, access):
        each.init_app(app)
    sign_in.init_app(app, settings, domains.beside_the_reader())
    for part in (headers, kept, formats, icons, errors, health, domains, navigation):
        part.init_app(app)
    for view in access.ticket_views(app):
        csrf.exempt(view)
    return app


def _keep_a_log(app: Flask) -> None:
    """First of all, so that it measures everything and tells how it ended."""
    from audit_app.web import logs, request_id

    logs.init_app(app)
    request_id.init_app(app)


def _hand_out(settings: Settings) -> None:
    """Give those parts their settings that know no application."""
    from audit_app.core import clock, workdays
    from audit_app.evidence import intake
    from audit_app.indicators import locks

    clock.use_zone(settings.time_zone)
    workdays.use_country(settings.holidays)
    locks.use_days(settings.lock_days)
    intake.use_folder(settings.evidence_dir, settings.clamd, settings.clamd_needed)
