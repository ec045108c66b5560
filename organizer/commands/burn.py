"""`burn`: makes what is stored meaningless, and keeps the count."""

from typing import Annotated

import typer

from organizer import CannotDo
from organizer.connection import find_connection
from organizer.pepper import SECRET, SecretOption
from organizer.terminal import confirm, say, show
from organizer.vault import SECRET_MANAGER, SecretManagerOption, Vault

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
    really: Annotated[
        bool, typer.Option("--really", help="Do it; left out, only what would happen is told.")
    ] = False,
    confirmed: Annotated[
        str | None, typer.Option("--confirm", help="The petition's id, instead of typing it.")
    ] = None,
    secret_manager: SecretManagerOption = SECRET_MANAGER,
) -> None:
    """
    Destroy the pepper for ever, so that nobody can test an address against what is stored.

    The count stays. Nobody can sign afterwards, and `sign` no longer starts: close the petition,
    deliver it, then burn. Without --really nothing is changed.
    """
    connection = find_connection(**context.obj)
    say(connection.description, style="dim")
    if connection.local:
        raise CannotDo(
            "The local run has no Secret Manager; its pepper is a file, and deleting "
            f"{connection.local.folder.name}/pepper burns it. Name a project to burn a real one."
        )
    vault = Vault(connection.project, secret, secret_manager)
    versions = vault.versions()
    if not versions:
        say("Every version of the pepper is destroyed already.", style="green")
        show(LEFT_TO_DO)
        return
    say(f"{len(versions)} version(s) of the pepper would be destroyed: {', '.join(versions)}.")
    if not really:
        say("Nothing was changed. To do it, add --really.")
        return
    word = connection.petition
    confirm("destroy the pepper for ever", word, given=confirmed == word)
    for version in versions:
        vault.destroy(version)
        say(f"Version {version} is destroyed.")
    show(LEFT_TO_DO)
