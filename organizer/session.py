"""What every command begins with: the options before it, and the database that they name."""

import typer

from organizer.connection import Connection, find_connection
from organizer.signatures.database import Database
from organizer.terminal import say


def connect(context: typer.Context) -> tuple[Connection, Database]:
    """
    Connect to the petition's database, and say in one line which one it is.

    Raises:
        CannotDo: No project was named and there is no local run, or the credentials are missing.
    """
    connection = find_connection(**context.obj)
    say(connection.description, style="dim")
    return connection, Database(connection)
