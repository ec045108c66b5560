"""
What the database holds, said once: the documents of a petition, their fields, and their sums.

Pure. The functions and the organizers' tools read and write through these definitions, each by
their own client. `fields()` gives what is stored, as plain Python values; `read` takes what was
stored, where a missing field reads as nothing.

    petitions/{petition}                        Published
    petitions/{petition}/signers/{id}           Signer, one for each address that counts
    petitions/{petition}/claims/{receipt hash}  Claim, one for each submission; empty once withdrawn
    petitions/{petition}/leaving/{due hour}-{random}    Leaving, what the sweep has to look at
    petitions/{petition}/lanes/{lane}           Sums, added up to the tally
    petitions/{petition}/links/{code}           Link
    petitions/{petition}/invalidations/{id}     Invalidation
    petitions/{petition}/idle/{number}          nothing that anybody reads

Source: docs/decisions/2026-11-claims.md
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

PETITIONS = "petitions"
SIGNERS = "signers"
CLAIMS = "claims"
LEAVING = "leaving"
LANES = "lanes"
LINKS = "links"
INVALIDATIONS = "invalidations"
IDLE = "idle"  # what a withdrawal that finds nothing writes instead; nobody reads it

# None of signers, withdrawals and organizers ever waits for another's lanes.
SIGNING_LANES = 256  # ours: a write in two seconds each at 10,000 claims/s (docs/scaling.md)
WITHDRAWAL_LANES = 16  # ours: one sweep at a time writes them
ORGANIZER_LANE = "organizer"
IDLE_DOCUMENTS = 4096  # ours: a flood of a thousand a second writes each once in two seconds

OUTCOME = "[a-z][a-z-]{0,19}"  # what a campaign may call one

Fields = Mapping[str, Any]


class _Document:
    """A document that stores its fields under their own names, and None not at all."""

    __slots__: tuple[str, ...] = ()

    def fields(self) -> dict[str, Any]:
        """Return what is stored."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in values.items() if value is not None}

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Take what is stored, or as much of it as was asked for."""
        return cls(**{name: fields[name] for name in cls.__slots__ if name in fields})


class Status(StrEnum):
    """Whether a petition takes signatures."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Signer(_Document):
    """
    An address that counts: it exists exactly while it is counted.

    Args:
        claims: How many claims of this address stand.
        kept: Whether somebody withdrew and left the +1.
        country: As the first claim said it.
        referred: Whether the first claim came through a share link.
        drawn: Whether the lot fell on it (petition/blur.py).
    """

    claims: int = 0
    kept: bool = False
    country: str = ""
    referred: bool = False
    drawn: bool = False

    @property
    def stays(self) -> bool:
        """Tell whether there is a reason to count it."""
        return self.claims > 0 or self.kept


@dataclass(frozen=True, slots=True)
class Claim(_Document):
    """
    One submission, under its own receipt.

    Args:
        receipt_hash: The document's id, 43 characters of base64url; its last character is never
            "_", so that it is no id which Firestore keeps for itself (`__.*__`).
        signer: The id of its address, spelt alike; "" once it is withdrawn.
        sealed: The box, seal.BOX_BYTES.
        country: ISO 3166-1 alpha-2, or ZZ for not said.
        via: The share link it came through, anonymous.
        signed_hour: Aware, UTC. The database itself knows the time to the microsecond.
    """

    receipt_hash: str = ""
    signer: str = ""
    sealed: bytes = b""
    country: str = ""
    language: str = ""
    via: str | None = None
    signed_hour: dt.datetime | None = None

    @property
    def stands(self) -> bool:
        """Tell whether it has not been withdrawn; it must have been read with `signer`."""
        return bool(self.signer)

    def fields(self) -> dict[str, Any]:
        """Return what is stored; the receipt's hash is the document's id."""
        return {n: value for n, value in _Document.fields(self).items() if n != "receipt_hash"}


@dataclass(frozen=True, slots=True)
class Leaving:
    """
    That a claim was withdrawn, so that its signer has to be looked at later.

    Args:
        id: The hour from which it is due and something random; ids sort by the hour.
        signer: Stored; the id of the claim's address.
    """

    id: str
    signer: str

    @staticmethod
    def first_id(moment: dt.datetime) -> str:
        """Return what the ids begin with that are due from the hour of a moment in UTC."""
        return f"{moment:%Y%m%dT%H}-"


@dataclass(frozen=True, slots=True)
class Sums(_Document):
    """
    What lanes hold and what signers add up to.

    Args:
        countries: By code; a country that adds up to nothing is left out.
        referred: Signatures that came through any share link.
        drawn: Of the countries, the signers whom the lot fell on: all that the public may see.
    """

    signatures: int = 0
    countries: Mapping[str, int] = field(default_factory=dict)
    referred: int = 0
    drawn: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.signatures or self.countries or self.referred or self.drawn)

    def __sub__(self, other: "Sums") -> "Sums":
        return Sums(
            self.signatures - other.signatures,
            _subtract(self.countries, other.countries),
            self.referred - other.referred,
            _subtract(self.drawn, other.drawn),
        )

    def __neg__(self) -> "Sums":
        return Sums() - self

    def __add__(self, other: "Sums") -> "Sums":
        return self - -other

    @classmethod
    def of(cls, signers: Iterable[Signer]) -> "Sums":
        """Add signers up; each counts once."""
        everybody = list(signers)
        countries = Counter(signer.country for signer in everybody)
        drawn = Counter(signer.country for signer in everybody if signer.drawn)
        referred = sum(signer.referred for signer in everybody)
        return cls(len(everybody), dict(countries), referred, dict(drawn))

    def increments(self) -> dict[str, int]:
        """Return what a lane's fields grow by, by field path; never nothing."""
        countries = {f"countries.{code}": number for code, number in self.countries.items()}
        drawn = {f"drawn.{code}": number for code, number in self.drawn.items()}
        return {"signatures": self.signatures, "referred": self.referred, **countries, **drawn}

    @classmethod
    def read(cls, fields: Fields) -> "Sums":
        """Take what a lane stores."""
        codes = (fields.get(name) or {} for name in ("countries", "drawn"))
        countries, drawn = (_subtract(numbers, {}) for numbers in codes)
        return cls(fields.get("signatures") or 0, countries, fields.get("referred") or 0, drawn)


def _subtract(some: Mapping[str, int], others: Mapping[str, int]) -> dict[str, int]:
    left = {code: some.get(code, 0) - others.get(code, 0) for code in some.keys() | others.keys()}
    return {code: number for code, number in sorted(left.items()) if number}


@dataclass(frozen=True, slots=True)
class Public(_Document):
    """
    What `count` tells readers and the lanes do not say.

    Args:
        countries: What is shown of each, by code.
        countries_day: The day on which the countries moved last; aware, UTC.
        closed_at: When a count first found the petition closed; aware, UTC; None while open.
        final: The exact total of a closed petition, told once and for all; else None.
    """

    countries: Mapping[str, int] = field(default_factory=dict)
    countries_day: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    final: int | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """
    What a petition's own document says: all of it for organizers, `public` for everybody.

    Args:
        outcome: What became of the people, as the campaign names it.
        tally: Exact, as of counted_at.
        counted_at: Aware, UTC; None when nobody has counted yet.
        forgotten_at: When organizers erased what was sealed; aware, UTC; None before.
    """

    status: Status = Status.OPEN
    outcome: str | None = None
    tally: Sums = field(default_factory=Sums)
    counted_at: dt.datetime | None = None
    public: Public = field(default_factory=Public)
    forgotten_at: dt.datetime | None = None

    def fields(self) -> dict[str, Any]:
        """Return what counting stores first; only organizers forget."""
        return {"status": self.status.value, "outcome": self.outcome, **self.counted()}

    def counted(self) -> dict[str, Any]:
        """Return the part that counting writes; the rest is the organizers'."""
        return {
            **self.tally.fields(),
            "counted_at": self.counted_at,
            "public": self.public.fields(),
        }

    @classmethod
    def read(cls, fields: Fields) -> "Published":
        """Take what is stored."""
        outcome = fields.get("outcome")
        return cls(
            # A typing error in the console must not take everything down.
            status=Status.CLOSED if fields.get("status") == Status.CLOSED else Status.OPEN,
            outcome=outcome if re.fullmatch(OUTCOME, str(outcome)) else None,
            tally=Sums.read(fields),
            counted_at=fields.get("counted_at"),
            public=Public.read(fields.get("public") or {}),
            forgotten_at=fields.get("forgotten_at"),
        )


@dataclass(frozen=True, slots=True)
class Link(_Document):
    """
    A share link.

    Args:
        language: What its landing page speaks.
        via: The link through which whoever made it had come.
    """

    language: str = ""
    via: str | None = None
    created_day: dt.datetime | None = None


def via_range(code: str) -> tuple[str, str]:
    """Return the first `via` of a link's code and the first behind them, whatever its mark."""
    return code, code + "/"  # "." is the last character before "/".


@dataclass(frozen=True, slots=True)
class Invalidation(_Document):
    """Signatures that organizers took off the count; never whose."""

    day: dt.datetime
    reason: str = ""
    number: int = 0
