"""Which language a reply speaks: the person's own, else the one chosen before sign-in, else the browser's."""

from flask import Flask, current_app, request, session
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from audit_app.exports import values
from audit_app.web import sentences

LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
DOMAINS = (
    "web", "accounts", "competence", "standards", "programme", "checklists", "agenda", "findings", "planning",
    "improvements", "indicators", "reports", "reviews", "certification", "dossiers", "home", "retention",
    "exports", "imports", "trail",
    "evidence", "notifications", "backup", "demo", "flask_security",
)  # fmt: skip
"""One catalogue per package, so that each domain keeps its Chinese beside its code's name."""


def chosen() -> str:
    """The locale of this reply."""
    return LOCALES[short()]


def short() -> str:
    """``zh`` or ``en`` for this reply; ``?lang=`` wins before sign-in and on exports."""
    asked = request.args.get("lang", "") if request else ""
    if current_user and current_user.is_authenticated:
        person_language: str = current_user.language
        return asked if asked in LOCALES and request.method == "GET" else person_language
    if asked in LOCALES:
        session["language"] = asked
        return asked
    default: str = current_app.config["SETTINGS"].default_language
    if not request:  # a command, or a test: nobody to ask
        return default if default in LOCALES else "en"
    if session.get("language") in LOCALES:
        return str(session["language"])
    if default in LOCALES:
        return default
    return "zh" if (request.accept_languages.best_match(["zh", "en"]) or "en") == "zh" else "en"


def init_app(app: Flask) -> None:
    """Attach Flask-Babel with one catalogue per package."""
    sentences.Catalogues(
        app,
        default_locale="en",
        default_domain=";".join(DOMAINS),
        default_translation_directories=";".join([str(app.root_path) + "/translations"] * len(DOMAINS)),
        locale_selector=chosen,
    )
    sentences.init_app(app)
    app.jinja_env.globals.update(language=short, comma=values.comma, pause=values.pause)
    app.jinja_env.filters["listed"] = values.listed

    @app.context_processor
    def name_of_product() -> dict[str, object]:
        return {"product_name": _l("Audit & Review Tracker"), "language": short()}
