"""
What is really in the database, read as the organizers' console does, past all
of our own code.
"""

import base64
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

OWNER = {"Authorization": "Bearer owner"}  # The emulator's word for somebody who may do all.
PAGE_SIZE = 300

Content = str | int | dt.datetime | Mapping[str, int]


@dataclass(frozen=True)
class Audit:
    """
    A petition's tally, the signers that must justify it, and the claims that must justify those.

    `standing` counts the claims of each signer; `empty` are the ids of withdrawn ones.
    """

    tally: int
    referred: int
    countries: dict[str, int]
    drawn: dict[str, int]
    signers: dict[str, dict[str, Any]]
    standing: dict[str, int]
    empty: frozenset[str]

    @property
    def is_exact(self) -> bool:
        """Tell whether every signer is counted once, and knows how many of their claims stand."""
        everybody = self.signers.values()
        counted = {id: fields["claims"] for id, fields in self.signers.items() if fields["claims"]}
        return (
            counted == self.standing
            and self.tally == len(everybody)
            and self.countries == Counter(fields["country"] for fields in everybody)
            and self.drawn == Counter(f["country"] for f in everybody if f["drawn"])
            and self.referred == sum(fields["referred"] for fields in everybody)
        )


class Database:
    """One project's default database in the emulator."""

    def __init__(self, host: str, project: str) -> None:
        self.root = f"projects/{project}/databases/(default)/documents"
        # The emulator alone, whatever proxy the environment names.
        self._http = httpx.Client(headers=OWNER, trust_env=False, timeout=60)
        self._url = f"http://{host}/v1/{self.root}"

    def close(self) -> None:
        """Leave no connection open."""
        self._http.close()

    def get(self, path: str) -> dict[str, Any] | None:
        """Return a document's fields, or None when there is no such document."""
        answer = self._http.get(f"{self._url}/{path}")
        if answer.status_code == 404:
            return None
        return decode(answer.raise_for_status().json().get("fields", {}))

    def put(self, path: str, **fields: Content) -> None:
        """Set a document's fields, as an organizer does in the console, and leave its others."""
        masks = {"updateMask.fieldPaths": list(fields)}
        values = {name: _encode(value) for name, value in fields.items()}
        url = f"{self._url}/{path}"
        self._http.patch(url, params=masks, json={"fields": values}).raise_for_status()

    def put_time(self, path: str, field: str, since_now: dt.timedelta) -> None:
        """Set one field, by its path, to a moment before or after now."""
        moment = (dt.datetime.now(dt.UTC) + since_now).isoformat().replace("+00:00", "Z")
        value: dict[str, Any] = {"timestampValue": moment}
        first, *rest = field.split(".")
        for name in reversed(rest):
            value = {"mapValue": {"fields": {name: value}}}
        answer = self._http.patch(
            f"{self._url}/{path}",
            params={"updateMask.fieldPaths": field},
            json={"fields": {first: value}},
        )
        answer.raise_for_status()

    def list(self, collection: str) -> dict[str, dict[str, Any]]:
        """Return the fields of all documents of a collection, by id."""
        return {
            document["name"].rpartition("/")[2]: decode(document.get("fields", {}))
            for document in self._pages(collection)
        }

    def everything(self) -> dict[str, dict[str, Any]]:
        """Return the fields of every document there is, by path."""
        query = {"structuredQuery": {"from": [{"allDescendants": True}]}}
        rows = self._http.post(f"{self._url}:runQuery", json=query).raise_for_status().json()
        return {
            row["document"]["name"].removeprefix(f"{self.root}/"): decode(
                row["document"].get("fields", {})
            )
            for row in rows
            if "document" in row
        }

    def audit(self, petition: str = "savemyfriend") -> Audit:
        """Add up the lanes, and fetch what they should have counted."""
        lanes = self.list(f"petitions/{petition}/lanes").values()
        claims = self.list(f"petitions/{petition}/claims")
        return Audit(
            tally=sum(lane["signatures"] for lane in lanes),
            referred=sum(lane["referred"] for lane in lanes),
            countries=_by_country(lanes, "countries"),
            drawn=_by_country(lanes, "drawn"),
            signers=self.list(f"petitions/{petition}/signers"),
            standing=dict(Counter(claim["signer"] for claim in claims.values() if claim)),
            empty=frozenset(id for id, claim in claims.items() if not claim),
        )

    def _pages(self, collection: str) -> Iterator[dict[str, Any]]:
        token = ""
        while True:
            parameters = {"pageSize": str(PAGE_SIZE), "pageToken": token}
            answer = self._http.get(f"{self._url}/{collection}", params=parameters)
            page = answer.raise_for_status().json()
            yield from page.get("documents", [])
            token = page.get("nextPageToken", "")
            if not token:
                return


def _by_country(lanes: Iterable[Mapping[str, Any]], field: str) -> dict[str, int]:
    sums = Counter[str]()
    for lane in lanes:
        sums.update(lane.get(field, {}))
    return {country: number for country, number in sums.items() if number}


def decode(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Turn Firestore's JSON into plain values; timestamps stay text."""
    return {name: _value(value) for name, value in fields.items()}


def _encode(value: Content) -> dict[str, Any]:
    match value:
        case Mapping():
            return {"mapValue": {"fields": {name: _encode(part) for name, part in value.items()}}}
        case int():
            return {"integerValue": str(value)}
        case dt.datetime():
            return {"timestampValue": value.isoformat()}
        case str():
            return {"stringValue": value}


def _value(value: Mapping[str, Any]) -> Any:
    ((kind, content),) = value.items()
    match kind:
        case "integerValue":
            return int(content)
        case "bytesValue":
            return base64.b64decode(content)
        case "mapValue":
            return decode(content.get("fields", {}))
        case _:
            return content
