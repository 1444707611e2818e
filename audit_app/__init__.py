"""Internal-audit and management-review tracker: the application factory."""

from flask import Flask
from flask_compress import Compress
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from audit_app.config import Settings, from_environment

csrf = CSRFProtect()
compress = Compress()


def create_app(settings: Settings | None = None) -> Flask:
    """Build one application from its settings (from the environment when none are given)."""
    from audit_app import domains, navigation, tables
    from audit_app.accounts import language, sign_in
    from audit_app.core import clock
    from audit_app.core.db import db, prepare_engine
    from audit_app.evidence import services as evidence
    from audit_app.web import access, errors, formats, headers, transactions

    settings = settings or from_environment()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    app = Flask(__name__)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.key(),
        SECURITY_PASSWORD_SALT=settings.key()[::-1],
        SQLALCHEMY_DATABASE_URI=settings.database,
        SQLALCHEMY_ENGINE_OPTIONS={} if settings.database.startswith("sqlite") else {"pool_pre_ping": True},
        TESTING=settings.testing,
        MAX_CONTENT_LENGTH=settings.max_upload_mb * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=8 * 1024 * 1024,
        SESSION_COOKIE_NAME="__Host-session" if settings.secure_cookies else "session",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=True,
        COMPRESS_MIN_SIZE=1024,
        COMPRESS_ALGORITHM=["br", "gzip"],
        SEND_FILE_MAX_AGE_DEFAULT=0 if settings.testing else 3600,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.trust_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]  # as documented
    clock.use_zone(settings.time_zone)
    evidence.use_folder(settings.evidence_dir)
    assert tables.MODULES
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    csrf.init_app(app)
    compress.init_app(app)
    language.init_app(app)
    transactions.init_app(app)
    access.init_app(app)
    sign_in.init_app(app, settings)
    headers.init_app(app)
    formats.init_app(app)
    errors.init_app(app)
    domains.init_app(app)
    navigation.init_app(app)
    return app
