"""The commands. Each calls services, then commits: the command line is a door like any other."""

import contextlib
import json
import secrets
import sys
from pathlib import Path
from typing import Any

import click
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from audit_app import create_app, production
from audit_app.accounts import factors, language
from audit_app.accounts import services as accounts
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Role
from audit_app.backup import cli as keeping
from audit_app.checklists import services as checklists
from audit_app.commands import data_option, opened, spoken
from audit_app.config import Settings, from_environment, language_of_shell
from audit_app.core import clock, memory
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.indicators import by_command
from audit_app.indicators import queries as indicator_queries
from audit_app.indicators import services as indicators
from audit_app.indicators.periods import Month
from audit_app.notifications import outbox
from audit_app.reports import services as reports
from audit_app.reviews import exports as review_exports
from audit_app.reviews import queries as review_queries
from audit_app.reviews import sealing
from audit_app.reviews import services as reviews
from audit_app.trail import services as trail

as_option = click.option("--as", "who", help="Who imports (address); needed where closed months change.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def main() -> None:
    """Internal audits, nonconformities and management reviews."""


@main.command()
@data_option
@click.option("--port", default=8000, show_default=True, help="Port on this machine.")
@click.option("--no-serve", is_flag=True, help="Only build the demo organisation.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None, help="Language of the demo's texts.")
def demo(data: Path | None, port: int, no_serve: bool, lang: str | None) -> None:
    """Build a demo organisation (once) and serve it."""
    from audit_app.demo import build

    folder = data or Path("demo-data")
    with opened(folder, build=True):
        if not build.is_built():
            build.run(lang or language_of_shell(), click.echo)
        build.print_accounts(click.echo, f"http://127.0.0.1:{port}")
    if not no_serve:
        _serve(from_environment(data_dir=folder), "127.0.0.1", port)


@main.command()
@data_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True)
def serve(data: Path | None, host: str, port: int) -> None:
    """Serve your own data; builds the database when there is none."""
    with opened(data, build=True):
        _load_shipped()
        db.session.commit()
        if not accounts.anybody():
            click.echo("Nobody can sign in yet: python3 run.py create-admin YOUR@ADDRESS")
    _serve(from_environment(data_dir=data), host, port)


@main.command()
@data_option
def upgrade(data: Path | None) -> None:
    """Build the database, or bring it to the schema of this version; nothing else (make a backup first)."""
    with opened(data, build=True):
        _load_shipped()
        db.session.commit()
    click.echo("The database has the schema of this version.")


@main.command("check-config")
@data_option
def check_config(data: Path | None) -> None:
    """Say whether the settings are fit for an organisation's data; exit 1 when something must be repaired."""
    settings = from_environment(data_dir=data)
    with spoken():
        wrong = production.broken(settings)
        for rule in production.RULES:
            word = _("ok") if rule not in wrong else _("MUST") if rule.must else _("ought")
            click.echo(f"{word:<6} {rule.name}" + (f": {rule.words}" if rule in wrong else ""))
        if production.is_local(settings):
            click.echo(_("BASE_URL is this machine: for trying out only, nothing is refused."))
    if any(rule.must for rule in wrong) and not production.is_local(settings):
        sys.exit(1)


def _load_shipped() -> None:
    """What every database begins with: roles, processes, checklists, the indicators computed here."""
    accounts.prepare(by=None)
    checklists.load_shipped(by=None)
    indicators.load_register(by=None, computed_only=True)


def _serve(settings: Settings, host: str, port: int) -> None:
    from waitress.server import create_server

    app = create_app(settings)
    try:
        server = create_server(app, host=host, port=port, threads=8, ident=None, channel_timeout=120)
    except OSError as error:
        raise click.ClickException(
            f"Port {port} on {host} cannot be used ({error.strerror}). Choose another: --port {port + 1}"
        ) from None
    memory.settle()
    click.echo(f"Serving on http://{host}:{port}  (Ctrl-C ends)")
    with contextlib.suppress(KeyboardInterrupt):
        server.run()


@main.command()
@click.argument("review")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder to write to."
)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="en", show_default=True)
@data_option
def pack(review: str, out: Path, lang: str, data: Path | None) -> None:
    """Write the pack of a REVIEW (its code, or "latest") as PDF and XLSX and print their SHA-256."""
    import hashlib

    with opened(data):
        found = review_queries.latest() if review == "latest" else review_queries.by_code(review)
        if found is None:
            raise click.ClickException(
                f"There is no review “{review}”. Known: {', '.join(review_queries.codes()) or '–'}"
            )
        out.mkdir(parents=True, exist_ok=True)
        for kind, content in review_exports.export(found, lang).items():
            path = out / f"{found.code}.{kind}"
            path.write_bytes(content)
            click.echo(f"{hashlib.sha256(content).hexdigest()}  {path}")


def _mapping(text: str | None) -> dict[str, str]:
    pairs = [part.partition("=") for part in (text or "").split(",") if part.strip()]
    return {key.strip(): value.strip() for key, _sign, value in pairs}


@main.command("import-checklist")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sheet", help="Name of the sheet; the first with a table otherwise.")
@click.option("--map", "mapping", help="Columns, e.g. clause=A,prompt=Question; guessed otherwise.")
@click.option("--title", help="Title of the checklist; the file's name otherwise.")
@data_option
def import_checklist(
    file: Path, sheet: str | None, mapping: str | None, title: str | None, data: Path | None
) -> None:
    """Read a checklist from XLSX or CSV into the library, as a draft."""
    with opened(data):
        version = checklists.import_file(file, sheet=sheet, mapping=_mapping(mapping), title=title, by=None)
        db.session.commit()
        count = sum(question.assessable for question in version.questions)
        click.echo(f"“{version.name}”: {count} questions, a draft in the library.")


@main.command("import-indicators")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--good-only", is_flag=True, help="Take the good rows although others are in doubt.")
@as_option
@data_option
def import_indicators(file: Path, good_only: bool, who: str | None, data: Path | None) -> None:
    """Read monthly values of indicators from XLSX or CSV; a row in doubt stops the import, and is named."""
    _import(data, who, lambda by: indicators.import_measurements(file, good_only=good_only, by=by))


@main.command("import-tickets")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--profile",
    required=True,
    help="Name of a shipped profile (servicenow, itop, jira, generic) or a YAML file.",
)
@as_option
@data_option
def import_tickets(file: Path, profile: str, who: str | None, data: Path | None) -> None:
    """Read a ticket log and compute its indicators."""
    given: dict[str, Any] = {"profile": profile, "progress": _progress, "apart": True}
    _import(data, who, lambda by: indicators.import_tickets(file, by=by, **given))


@main.command("import-outages")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--target", type=float, help="Availability target in percent, e.g. 99.9.")
@click.option("--target-from", help="First month the target holds in, e.g. 2026-07; this one otherwise.")
@click.option("--profile", help="Name of a shipped profile or a YAML file; found by the columns otherwise.")
@click.option(
    "--observed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV that says when which service was watched; guessed from the outages otherwise.",
)
@as_option
@data_option
def import_outages(
    file: Path,
    target: float | None,
    target_from: str | None,
    profile: str | None,
    observed: Path | None,
    who: str | None,
    data: Path | None,
) -> None:
    """Read an outage log and compute availability and downtime."""

    def act(by: Any) -> Any:
        month = Month.parse(target_from) if target_from else None
        given: dict[str, Any] = {"target": target, "target_from": month, "profile": profile}
        return indicators.import_outages(file, by=by, observed=observed, apart=True, **given)

    _import(data, who, act)


@main.command("pick-up")
@click.option("--folder", type=click.Path(path_type=Path), help="Another folder than the setting PICKUP_DIR.")
@data_option
def pick_up(folder: Path | None, data: Path | None) -> None:
    """Import the files that lie in the folder, each by its remembered source (run it by a timer)."""
    from audit_app.indicators import pickup
    from audit_app.indicators.source_models import Picked

    with opened(data) as app, force_locale("en"):
        place = folder or app.config["SETTINGS"].pickup_folder
        if place is None:
            raise click.ClickException("Set PICKUP_DIR, or name a folder with --folder.")
        rows = pickup.run(place)
        for row in rows:
            click.echo(f"{row.state.value}: {row.filename} -> {row.kept_as}")
            if row.state is not Picked.IMPORTED:
                click.echo(f"  {row.words}")
        click.echo(f"{len(rows)} file(s) picked up.")


def _progress(rows: int, share: float) -> None:
    """A line that is written over while a long file is read; nothing where nobody watches."""
    if sys.stderr.isatty():
        click.echo(f"\r{rows:,} rows, {share:.0%} of the file ", nl=False, err=True)


def _import(data: Path | None, who: str | None, act: Any) -> None:
    with opened(data), force_locale("en"):
        by = by_command.person(who)
        report = act(by)
        db.session.commit()
        for line in report.lines():
            click.echo(line)


@main.command("indicators")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
@data_option
def show_indicators(as_json: bool, data: Path | None) -> None:
    """Every measured value: measure × period."""
    with opened(data), force_locale("en"):
        rows = indicator_queries.table()
        if as_json:
            click.echo(json.dumps([row.plain() for row in rows], ensure_ascii=False, indent=1))
            return
        for row in rows:
            click.echo(row.line())


@main.command()
@click.option(
    "--heads",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with heads of the trail that was kept outside; TRAIL_HEAD_FILE unless given.",
)
@data_option
def verify(heads: Path | None, data: Path | None) -> None:
    """Check the trail, the answers, the frozen reports and packs; exit 1 when anything was tampered with."""
    with opened(data) as app:
        checked, broken = trail.verify()
        problems = (
            [] if broken is None else [f"trail: entry {broken} is broken (the {checked} before it are whole)"]
        )
        problems += keeping.compared(app.config["SETTINGS"], heads)
        problems += checklists.verify() + reports.verify() + reviews.verify()
        click.echo(f"trail: {checked} entries checked")
        for problem in problems:
            click.echo(problem)
        click.echo("Nothing was tampered with." if not problems else f"{len(problems)} problem(s).")
    if problems:
        sys.exit(1)


@main.command("send-notices")
@data_option
def send_notices(data: Path | None) -> None:
    """Gather what is due and deliver the outbox (run it every few minutes)."""
    from audit_app.accounts import sessions
    from audit_app.home import due, landing

    with opened(data) as app:
        settings: Settings = app.config["SETTINGS"]
        gathered = due.gather()
        sessions.forget_old()
        db.session.commit()
        if not settings.smtp_url:
            click.echo(
                f"{gathered} notices gathered. SMTP_URL is not set: they wait in the outbox "
                "and show in the application."
            )
            return
        sent, failed = outbox.deliver(settings, landing.links(app))
        click.echo(f"{gathered} notices gathered, {sent} mails sent, {failed} failed (tried again later).")


@main.command()
@data_option
def tidy(data: Path | None) -> None:
    """Remove what was kept long enough by the page “Retention” (run it every night)."""
    from audit_app.retention import services as retention

    with opened(data):
        done = retention.tidy()
        db.session.commit()
        click.echo(", ".join(f"{key}: {count}" for key, count in done.items()) or "Nothing is due.")


@main.command("signing-key")
@click.argument("name")
@data_option
def signing_key(name: str, data: Path | None) -> None:
    """Make a self-signed key for the PDFs of approved reviews; NAME stands in its certificate."""
    with opened(data):
        try:
            path = sealing.make_own(name, name, begins=clock.now())
            db.session.commit()
        except Refused as refused:
            raise click.ClickException(str(refused)) from None
    click.echo(f"{path}\nKeep it, and the secret key that opens it, in the backup.")


@main.command("create-admin")
@click.argument("email")
@click.option("--name", default="Administrator", show_default=True)
@click.option("--lang", type=click.Choice(list(language.LOCALES)), default="en", show_default=True)
@data_option
def create_admin(email: str, name: str, lang: str, data: Path | None) -> None:
    """Create an administrator and print the password once; builds the database when there is none."""
    password = secrets.token_urlsafe(12)
    with opened(data, build=True):
        _load_shipped()
        accounts.add_person(
            email=email, name=name, roles=[Role.ADMINISTRATOR], language=lang, password=password, by=None
        )
        db.session.commit()
    click.echo(f"{email}\nPassword: {password}\nIt is not shown again; change it after the first sign-in.")


@main.command("reset-factor")
@click.argument("email")
@data_option
def reset_factor(email: str, data: Path | None) -> None:
    """Take the second factor away from somebody who lost it, when no administrator can."""
    with opened(data):
        person = db.session.scalar(select(Person).where(Person.email == email.strip().lower()))
        if person is None:
            raise click.ClickException(f"Nobody has this address: {email}")
        factors.reset(person, by=None)
        db.session.commit()
        click.echo(f"{person.name} signs in by password alone now.")


for each in (
    keeping.backup,
    keeping.restore,
    keeping.backup_key,
    keeping.backed_up,
    keeping.export_all,
    keeping.trail_head,
):
    main.add_command(each)


if __name__ == "__main__":
    main()
