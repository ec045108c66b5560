"""`burn`: makes what is stored meaningless, and keeps the count."""

import typer
from petition.documents import Status

from organizer import MISUNDERSTOOD, CannotDo
from organizer.connection import Connection, find_connection
from organizer.google_api import is_on_this_machine
from organizer.pepper import SECRET, SecretOption
from organizer.signatures.database import Database
from organizer.terminal import ConfirmOption, ReallyOption, confirm, say, show
from organizer.vault import ENVELOPE_SECRET, SECRET_MANAGER, SecretManagerOption, Vault

LEFT_TO_DO = """\
What is left for you to do, because no command can:

1. Set `burnt = true` in infra/PROJECT.tfvars and deploy, before anybody deploys without it: that
   would make a new pepper, and signing would begin again.
2. Ask every trustee to burn the sheet with their words, and to tell you that they did. As soon as
   fewer are left than open a name, nobody can ever open one again.
3. Destroy every private key file, and every copy of it (`keys new --single` makes one).
4. Destroy exports and reports with names; burning cannot reach what was already opened.
5. Let the backups of the database run out, or delete them: they hold boxes, no keys.
"""


def burn(
    context: typer.Context,
    secret: SecretOption = SECRET,
    really: ReallyOption = False,
    confirmed: ConfirmOption = None,
    secret_manager: SecretManagerOption = SECRET_MANAGER,
) -> None:
    """
    Destroy the pepper and the envelope's key for ever: nobody can test an address then.

    The count stays. Nobody can sign afterwards, and `sign` no longer starts: close the petition,
    deliver it, then burn. Without --really nothing is changed.
    """
    connection = find_connection(**context.obj)
    say(connection.description, style="dim")
    _refuse_what_is_not_production(connection, secret_manager)
    vaults = {
        "pepper": Vault(connection.project, secret, secret_manager),
        "envelope's key": Vault(connection.project, ENVELOPE_SECRET, secret_manager),
    }
    versions = {part: vault.versions() for part, vault in vaults.items()}
    if not any(versions.values()):
        say("Every version of the pepper and of the envelope's key is destroyed already.")
        show(LEFT_TO_DO)
        return
    for part, numbers in versions.items():
        say(f"Versions of the {part} that would be destroyed: {', '.join(numbers) or 'none'}.")
    _say_whether_it_is_closed(connection)
    if not really:
        say("Nothing was changed. To do it, add --really.")
        return
    word = connection.petition
    confirm("destroy both for ever", word, given=confirmed == word)
    for part, numbers in versions.items():
        for version in numbers:
            vaults[part].destroy(version)
            say(f"Version {version} of the {part} is destroyed.")
    show(LEFT_TO_DO)


def _refuse_what_is_not_production(connection: Connection, secret_manager: str) -> None:
    if connection.local:
        raise CannotDo(
            "The local run has no Secret Manager; its pepper is a file, and deleting "
            f"{connection.local.folder.name}/pepper burns it. Name a project to burn a real one."
        )
    if connection.emulator and not is_on_this_machine(secret_manager):
        raise CannotDo(
            "An emulator is named, and what would be destroyed is production's: unset "
            "FIRESTORE_EMULATOR_HOST to burn that.",
            MISUNDERSTOOD,
        )


def _say_whether_it_is_closed(connection: Connection) -> None:
    # In need somebody burns an open petition, or one whose database does not answer; so it is only
    # said.
    try:
        status = Database(connection).published().status
    except CannotDo as problem:
        say(f"Whether the petition is closed cannot be seen. {problem}", style="red")
        return
    if status is Status.CLOSED:
        say("The petition is closed.")
    else:
        say("The petition is still open: `organizer close` first, and deliver it.", style="red")
