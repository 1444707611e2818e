"""What every command line of the house needs: the data folder, an application over it, and a language."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import OperationalError

from audit_app import create_app, schema
from audit_app.accounts import language
from audit_app.config import from_environment, language_of_shell
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.core.storage import Fault, fault_in

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
        except (OSError, OperationalError) as error:
            db.session.rollback()
            raise _of_storage(error) from error
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
        except (OSError, OperationalError) as error:
            raise _of_storage(error) from error


STORAGE: dict[Fault, Any] = {
    Fault.FULL: _l("The disk is full. Nothing was left by half; make room and give the command again."),
    Fault.LOCKED: _l("The disk may not be written to. Nothing was left by half."),
    Fault.BROKEN: _l("The disk reports errors. Nothing was left by half."),
}


def _of_storage(error: Exception) -> Exception:
    """What the storage did, as the command's error; any other error as it is."""
    fault = fault_in(error)
    return error if fault is None else click.ClickException(str(STORAGE[fault]))
