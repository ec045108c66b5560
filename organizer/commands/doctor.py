"""`doctor`: looks at every part of a petition, and says in sentences what is wrong."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Annotated, Any

import requests
import typer
from petition.documents import Leaving
from petition.seal import decode_public_key, encode_public_key

from organizer import WRONG, CannotDo
from organizer.connection import Connection, find_connection
from organizer.signatures.audit import audit
from organizer.signatures.database import Database
from organizer.terminal import JsonOption, emit, say, show
from organizer.trustees.private_key import KeyOption, KeyShareOption, WordsOption, read_keys

SECONDS = 10.0  # ours: a cold start takes less
MAX_SKEW_SECONDS = 60  # ours: beyond, hours and days would be wrong ones
MAX_AGE_SECONDS = 180  # ours: the scheduler asks once a minute
MAX_OVERDUE = dt.timedelta(hours=3)  # ours: the sweep comes hourly, and may fail once

# A call that each function must refuse by its own word changes nothing and proves that it runs.
PROBES = {
    "sign": ("GET", 405),
    "count": ("GET", 200),
    "share_link": ("GET", 405),
    "withdraw": ("GET", 405),
}


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it stands, and in a sentence what to do if it is not well."""

    part: str
    well: bool
    sentence: str


def doctor(
    context: typer.Context,
    site: Annotated[
        str | None, typer.Option(help="The page's address (Terraform's output), to ask its parts.")
    ] = None,
    key_files: KeyOption = None,
    key_share_files: KeyShareOption = None,
    words: WordsOption = False,
    json: JsonOption = False,
) -> None:
    """
    Look at credentials, database, index, clock, sweep, settings, keys and functions, and change
    nothing.

    With a private key or trustees' key shares it also proves that they open what the page seals.
    """
    connection = find_connection(**context.obj)
    say(connection.description, style="dim")
    if connection.local:
        site = site or connection.local.site
    findings = [*examine_database(connection), *examine_site(connection, site)]
    keys = read_keys(key_files, key_share_files, words)
    if keys and site:
        points = [encode_public_key(key.public_key()) for key in keys]
        findings.append(examine_key(points, read_config(site)))
    if json:
        emit([vars(finding) for finding in findings])
    else:
        for finding in findings:
            show(f"{'well ' if finding.well else 'WRONG'}  {finding.part}: {finding.sentence}")
    if not all(finding.well for finding in findings):
        raise CannotDo("Something is wrong; see above.", WRONG)


def examine_database(connection: Connection) -> Iterator[Finding]:
    """Look at the petition's file, credentials, documents, index, clock, count and sweep."""
    connection.read_campaign()
    yield Finding("petition", True, "its file is valid.")
    try:
        database = Database(connection)
        published = database.published()
    except CannotDo as problem:
        yield Finding("database", False, str(problem))
        return
    yield Finding("database", True, f"it answers; the petition is {published.status}.")
    yield _index(database)
    skew = (database.instant() - dt.datetime.now(dt.UTC)).total_seconds()
    yield Finding(
        "clock",
        abs(skew) < MAX_SKEW_SECONDS,
        f"this machine is {abs(skew):.0f} seconds {'behind' if skew > 0 else 'ahead of'} it.",
    )
    found = audit(database, thorough=False)
    yield Finding(
        "count",
        found.exact,
        f"{found.stored.signatures} signers, {found.counted.signatures} counted."
        + ("" if found.exact else " `recount --repair` puts it right."),
    )
    yield _sweep(database)


def _index(database: Database) -> Finding:
    try:
        database.count_through("0" * 10)
    except CannotDo as problem:
        return Finding("index", False, str(problem))
    except Exception as error:  # Whatever Firestore says, the index is not usable.
        kind = type(error).__name__
        return Finding("index", False, f"a query fails ({kind}); run `terraform apply` again.")
    return Finding("index", True, "claims are found by their links.")


def _sweep(database: Database) -> Finding:
    late = Leaving.first_id(dt.datetime.now(dt.UTC) - MAX_OVERDUE)
    overdue = sum(entry.id < late for entry in database.leaving())
    if not overdue:
        return Finding("sweep", True, "no withdrawal waits longer than it should.")
    return Finding(
        "sweep",
        False,
        f"{overdue} withdrawals should have left the count hours ago; look at sweep's log and "
        "whether the scheduler calls it.",
    )


def examine_site(connection: Connection, site: str | None) -> Iterator[Finding]:
    """Look at the page's settings, and ask every function that it names."""
    if site is None:
        yield Finding("page", True, "not looked at; name its address by --site.")
        return
    try:
        config = read_config(site)
    except CannotDo as problem:
        yield Finding("page", False, str(problem))
        return
    yield Finding("page", True, f"{site} answers.")
    yield _key("public key", config["seal_public_key"])
    yield _key("envelope key", config["envelope_public_key"])
    for name, (method, status) in PROBES.items():
        for number, address in enumerate(config["functions"][name]):
            part = name.replace("_", "-") + (f" by relay {number}" if number else "")
            url = f"{_absolute(site, address)}/{connection.petition}"
            yield _probe(part, partial(_ask, method, url), status)
    yield from _age(_absolute(site, config["functions"]["count"][0]), connection.petition)


def examine_key(points: list[str], config: dict[str, Any]) -> Finding:
    """Compare the organizers' keys with the one that the page seals to."""
    if config["seal_public_key"] in points:
        return Finding("private key", True, "it opens what the page seals.")
    return Finding("private key", False, "it does not belong to the key that the page seals to.")


def read_config(site: str) -> dict[str, Any]:
    """
    Fetch the page's config.json.

    Raises:
        CannotDo: It is not there, or is not one.
    """
    try:
        config: dict[str, Any] = _ask("GET", f"{site}/config.json").json()
        keys = config["seal_public_key"] and config["envelope_public_key"]
        if keys and set(PROBES) <= set(config["functions"]):
            return config
    except (requests.RequestException, ValueError, KeyError, TypeError):
        pass
    raise CannotDo(f"{site}/config.json is missing or not complete; deploy the page again.")


def _key(part: str, text: str) -> Finding:
    try:
        decode_public_key(text)
    except ValueError:
        return Finding(part, False, "the page's is not one; nobody can sign with it.")
    return Finding(part, True, "the page has a valid one.")


def _probe(name: str, call: Callable[[], requests.Response], status: int) -> Finding:
    try:
        answer = call()
    except requests.RequestException:
        return Finding(name, False, "it does not answer; look at its log in the console.")
    if answer.status_code != status:
        return Finding(name, False, f"it answers {answer.status_code} instead of {status}.")
    return Finding(name, True, "it answers.")


def _age(count: str, petition: str) -> Iterator[Finding]:
    try:
        answer = _ask("GET", f"{count}/{petition}")
        taken = dt.datetime.fromisoformat(answer.json()["as_of"])
        now = parsedate_to_datetime(answer.headers["Date"])
    except (requests.RequestException, ValueError, KeyError):
        return  # The probe has said so already.
    age = (now - taken).total_seconds()
    fresh = age < MAX_AGE_SECONDS
    advice = "" if fresh else " The database may be slow; see the runbook."
    yield Finding("published count", fresh, f"it is {max(0, age):.0f} seconds old.{advice}")


def _absolute(site: str, address: str) -> str:
    # With a domain the page names its functions by paths of its own origin.
    return f"{site.rstrip('/')}{address}" if address.startswith("/") else address


def _ask(method: str, url: str) -> requests.Response:
    return requests.request(method, url, timeout=SECONDS)
