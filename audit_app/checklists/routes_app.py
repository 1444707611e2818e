"""What makes the fieldwork screen an application of its own on a tablet: worker, manifest, empty page."""

from pathlib import Path

from flask import Response, current_app, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audit_app.checklists import payload, shell
from audit_app.checklists.blueprint import blueprint
from audit_app.checklists.exports import section_name
from audit_app.checklists.models import Verdict
from audit_app.web.access import public, signed_in


@blueprint.get("/sw.js")
@public
def service_worker() -> ResponseReturnValue:
    """The service worker, for the whole origin; a new version of any of its files makes it a new one."""
    shells = [url_for("checklists.shell_page", lang=language) for language in shell.LANGUAGES]
    text = shell.worker(current_app, shells, lambda name: url_for("static", filename=name))
    reply = Response(text, mimetype="text/javascript")
    reply.headers["Cache-Control"] = "no-cache"
    return reply


@blueprint.get("/manifest.webmanifest")
@public
def manifest() -> ResponseReturnValue:
    """Name, icons and colours for the Home Screen."""
    sizes = (("app-192", "192x192", "any"), ("app-512", "512x512", "any"),
             ("app-maskable-512", "512x512", "maskable"))  # fmt: skip
    reply = jsonify(
        id="/",
        name=_("Audit & Review Tracker"),
        short_name=_("Audits"),
        lang=request.args.get("lang", "en"),
        start_url=url_for("home.index"),
        scope="/",
        display="standalone",
        background_color="#f5f6f8",
        theme_color="#2b5fb4",
        icons=[
            {
                "src": url_for("static", filename=f"img/{name}.png"),
                "sizes": size,
                "type": "image/png",
                "purpose": purpose,
            }
            for name, size, purpose in sizes
        ],
    )
    reply.mimetype = "application/manifest+json"
    return reply


@blueprint.get("/fieldwork/shell")
@signed_in
def shell_page() -> ResponseReturnValue:
    """The fieldwork page without an audit and without a person, which the service worker keeps."""
    return render_template(
        "checklists/fieldwork.html",
        bare_page=True,
        modules=shell.modules(Path(current_app.root_path, "static")),
        place=0,
        may_answer=True,
        verdicts=[(verdict, payload.ICONS[verdict.value]) for verdict in Verdict],
        icons=payload.ICONS,
        section_name=section_name,
        revision_id="",
        **shell.blank(),
    )
