"""The page: its settings, and every function that it names."""

import datetime as dt
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

import requests
from petition.seal import decode_public_key, encode_public_key

from organizer import CannotDo
from organizer.checkup.finding import Finding
from organizer.connection import Connection
from organizer.signatures.opening import Keys
from organizer.trustees.fingerprint import fingerprint

SECONDS = 10.0  # ours: a cold start takes less
MAX_AGE_SECONDS = 180  # ours: the scheduler asks once a minute

# A call that each function must refuse by its own word changes nothing and proves that it runs.
PROBES = {
    "sign": ("GET", 405),
    "count": ("GET", 200),
    "share_link": ("GET", 405),
    "withdraw": ("GET", 405),
}

NO_SIGN = "there is none, as it should be once the petition is closed and burnt."
NO_SIGN_THOUGH_OPEN = (
    "there is none, as if the petition were burnt, but it is open: `organizer close`, or deploy "
    "without burnt = true."
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
    addresses = {
        name: [f"{_absolute(site, url)}/{connection.petition}" for url in urls]
        for name, urls in config["functions"].items()
    }
    for name, (method, status) in PROBES.items():
        for number, url in enumerate(addresses.get(name, ())):
            part = name.replace("_", "-") + (f" by relay {number}" if number else "")
            yield _probe(part, partial(_ask, method, url), status)
    yield from _examine_count(addresses)


def root_of(site: str, petition: str) -> str:
    """Return the address that config.json lies under, of a page as Terraform or people write it."""
    root = site.removesuffix("index.html").rstrip("/")
    return root.removesuffix(f"/{petition}")


def examine_key(keys: Keys, config: dict[str, Any]) -> Finding:
    """Compare the organizers' keys with the one that the page seals to."""
    for key in keys:
        if config["seal_public_key"] == encode_public_key(key.public_key()):
            name = fingerprint(key.public_key())
            return Finding("private key", True, f"{name} opens what the page seals.")
    names = ", ".join(fingerprint(key.public_key()) for key in keys)
    return Finding("private key", False, f"{names} does not open what the page seals.")


def read_config(site: str) -> dict[str, Any]:
    """
    Fetch the page's config.json.

    Raises:
        CannotDo: It is not there, or is not one.
    """
    try:
        config: dict[str, Any] = _ask("GET", f"{site}/config.json").json()
        keys = config["seal_public_key"] and config["envelope_public_key"]
        # Once a petition is burnt there is no sign any more.
        if keys and set(PROBES) - {"sign"} <= set(config["functions"]):
            return config
    except (requests.RequestException, ValueError, KeyError, TypeError):
        pass
    raise CannotDo(f"{site}/config.json is missing or not complete; deploy the page again.")


def _key(part: str, text: str) -> Finding:
    try:
        name = fingerprint(decode_public_key(text))
    except ValueError:
        return Finding(part, False, "the page's is not one; nobody can sign with it.")
    return Finding(part, True, f"the page's is {name}.")


def _probe(name: str, call: Callable[[], requests.Response], status: int) -> Finding:
    try:
        answer = call()
    except requests.RequestException:
        return Finding(name, False, "it does not answer; look at its log in the console.")
    if answer.status_code != status:
        return Finding(name, False, f"it answers {answer.status_code} instead of {status}.")
    return Finding(name, True, "it answers.")


def _examine_count(addresses: dict[str, list[str]]) -> Iterator[Finding]:
    try:
        answer = _ask("GET", addresses["count"][0])
        numbers = answer.json()
        taken = dt.datetime.fromisoformat(numbers["as_of"])
        age = (parsedate_to_datetime(answer.headers["Date"]) - taken).total_seconds()
        closed = numbers["status"] == "closed"
    except (requests.RequestException, ValueError, KeyError):
        return  # The probe has said so already.
    fresh = age < MAX_AGE_SECONDS
    advice = "" if fresh else " The database may be slow; see the runbook."
    yield Finding("published count", fresh, f"it is {max(0, age):.0f} seconds old.{advice}")
    if "sign" not in addresses:
        yield Finding("sign", closed, NO_SIGN if closed else NO_SIGN_THOUGH_OPEN)


def _absolute(site: str, address: str) -> str:
    # With a domain the page names its functions by paths of its own origin.
    return f"{site.rstrip('/')}{address}" if address.startswith("/") else address


def _ask(method: str, url: str) -> requests.Response:
    return requests.request(method, url, timeout=SECONDS)
