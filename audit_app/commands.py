"""What every command line of the house needs: the data folder, an application over it, and a language."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask
from flask_babel import force_locale

from audit_app import create_app, schema
from audit_app.accounts import language
from audit_app.config import from_environment, language_of_shell
from audit_app.core.db import db
from audit_app.core.errors import Refused

data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the database file and the evidence.",
)


@contextmanager
def opened(data: Path | None, *, build: bool = False) -> Iterator[Flask]:
    """An application over the data folder. Refuses, in words, a database that is missing or of another
    version."""
    settings = from_environment(data_dir=data)
    if build:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        schema.upgrade(settings.database)
    elif not settings.database_is_there:
        raise click.ClickException(
            f"There is no database in “{settings.data_dir}”. Start with “python3 run.py demo” or "
            "“python3 run.py serve”, or name another folder with --data."
        )
    elif not schema.is_current(settings.database):
        schema.upgrade(settings.database)
    app = create_app(settings)
    with app.app_context():
        try:
            yield app
        except Refused as refused:
            db.session.rollback()
            raise click.ClickException(str(refused)) from None
        finally:
            db.session.remove()
            db.engine.dispose()


@contextmanager
def spoken() -> Iterator[None]:
    """Inside, sentences are in the language of the shell; what is refused becomes the command's error.

    Works without any database: a small application of its own carries the language.
    """
    bare = Flask("audit_app")
    language.init_app(bare)
    with bare.app_context(), force_locale(language.LOCALES[language_of_shell()]):
        try:
            yield
        except Refused as refused:
            raise click.ClickException(str(refused)) from None
