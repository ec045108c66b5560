"""What every command begins with: the options before it, and the database that they name."""

import typer

from organizer.connection import Connection, find_connection
from organizer.signatures.database import Database
from organizer.terminal import say


def connect(context: typer.Context) -> tuple[Connection, Database]:
    """
    Connect to the petition's database, and say in one line which one it is.

    Raises:
        CannotDo: There is no such petition or database; no project was named and there is no local
            run; the credentials are missing; or the database does not answer.
    """
    connection = find_connection(**context.obj)
    say(connection.description, style="dim")
    database = Database(connection)
    database.published()  # Nothing is asked of a person before it is there and answers.
    return connection, database
