"""`doctor`: looks at every part of a petition, and says in sentences what is wrong."""

from typing import Annotated

import typer

from organizer import MISUNDERSTOOD, WRONG, CannotDo
from organizer.checkup.cloud import examine_cloud
from organizer.checkup.database import examine_database
from organizer.checkup.finding import Finding
from organizer.checkup.project import Project
from organizer.checkup.site import examine_key, examine_site, read_config, root_of
from organizer.connection import Connection, find_connection
from organizer.terminal import JsonOption, emit, say, show
from organizer.trustees.private_key import KeyOption, KeyShareOption, WordsOption, read_keys


def doctor(
    context: typer.Context,
    site: Annotated[
        str | None, typer.Option(help="The page's address (Terraform's output), to ask its parts.")
    ] = None,
    cloud: Annotated[
        bool, typer.Option("--cloud", help="Look at what only Google Cloud can tell, too.")
    ] = False,
    key_files: KeyOption = None,
    key_share_files: KeyShareOption = None,
    words: WordsOption = False,
    json: JsonOption = False,
    internet: Annotated[str | None, typer.Option(envvar="INTERNET_URL", hidden=True)] = None,
) -> None:
    """
    Look at credentials, database, index, clock, sweep, settings, keys and functions, and change
    nothing.

    With --cloud it also looks at headers, rights, logs, quotas and all that only the cloud can
    tell. With a private key or trustees' key shares it proves that they open what the page seals.
    """
    connection = find_connection(**context.obj)
    say(connection.description, style="dim")
    project = _project(connection, internet) if cloud else None
    if connection.local:
        site = site or connection.local.site
    findings = [*examine_database(connection)]
    if project:
        findings += examine_cloud(project)
        site = site or _page(project)
    site = root_of(site, connection.petition) if site else None
    findings += examine_site(connection, site)
    keys = read_keys(key_files, key_share_files, words)
    if keys and site:
        findings.append(examine_key(keys, read_config(site)))
    _tell(findings, json)


def _project(connection: Connection, internet: str | None) -> Project:
    if connection.emulator and internet is None:
        raise CannotDo(
            "--cloud looks at a project in Google Cloud, and an emulator is named: unset "
            "FIRESTORE_EMULATOR_HOST, and name the project by --project.",
            MISUNDERSTOOD,
        )
    return Project(connection.project, connection.database, connection.petition, internet)


def _page(project: Project) -> str | None:
    try:
        return project.reach(project.site)
    except CannotDo:
        return None  # A finding has said already why nobody knows.


def _tell(findings: list[Finding], as_json: bool) -> None:
    if as_json:
        emit([vars(finding) for finding in findings])
    else:
        for finding in findings:
            show(f"{'well ' if finding.well else 'WRONG'}  {finding.part}: {finding.sentence}")
    if not all(finding.well for finding in findings):
        say("Something is wrong; see above.", style="red")
        raise typer.Exit(WRONG)
