"""Which claims are meant, by what the database knows of them and by what was sealed."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from petition.country import COUNTRIES
from petition.documents import Claim
from petition.link import VIA_PATTERN

from organizer import MISUNDERSTOOD, CannotDo
from organizer.signatures.opening import OpenedClaim, Verdict

# What a claim says of itself, by the option that asks for it.
VALUES: Mapping[str, Callable[[Claim], str]] = {
    "--country": lambda claim: claim.country,
    "--language": lambda claim: claim.language,
    "--via": lambda claim: claim.via or "no link",
}


@dataclass(frozen=True)
class Filter:
    """
    Which claims are meant: all that fit every part that is given.

    Args:
        since: Their hour is this or later; aware.
        until: Their hour is before this; aware.
        country: As `read_country` gives it.
        language: A tag, or what one begins with, as in `zh` (RFC 4647, basic filtering).
        via: A share link's code, wherever it was shared, or `code.network`.
        name: Found anywhere in the opened name.
        address: Found anywhere in the opened address.
        unreadable: Only boxes in which no key could find contents; never one that only none of
            the keys at hand opens.
    """

    since: dt.datetime | None = None
    until: dt.datetime | None = None
    country: str | None = None
    language: str | None = None
    via: str | None = None
    name: re.Pattern[str] | None = None
    address: re.Pattern[str] | None = None
    unreadable: bool = False

    @property
    def empty(self) -> bool:
        """Tell whether it would fit everything."""
        return self == Filter()

    @property
    def reads(self) -> bool:
        """Tell whether boxes must be opened to apply it."""
        return bool(self.name or self.address or self.unreadable)

    @cached_property
    def parts(self) -> Mapping[str, Callable[[OpenedClaim], bool]]:
        """Every part that is given, by its option: whether a claim fits it."""
        parts: dict[str, tuple[object, Callable[[OpenedClaim], bool]]] = {
            "--since": (self.since, self._is_since),
            "--until": (self.until, self._is_before),
            "--country": (self.country, lambda c: c.stored.content.country == self.country),
            "--language": (self.language, self._speaks),
            "--via": (self.via, self._came_via),
            "--name": (self.name, self._is_named),
            "--address": (self.address, self._is_of),
            "--unreadable": (self.unreadable, lambda c: c.verdict is Verdict.JUNK),
        }
        return {option: fits for option, (given, fits) in parts.items() if given}

    def fits(self, claim: OpenedClaim) -> bool:
        """Tell whether a claim is meant."""
        return all(fits(claim) for fits in self.parts.values())

    def _is_since(self, claim: OpenedClaim) -> bool:
        hour = claim.stored.content.signed_hour
        return bool(hour and self.since and hour >= self.since)

    def _is_before(self, claim: OpenedClaim) -> bool:
        hour = claim.stored.content.signed_hour
        return bool(hour and self.until and hour < self.until)

    def _speaks(self, claim: OpenedClaim) -> bool:
        tag, wanted = claim.stored.content.language.lower(), (self.language or "").lower()
        return tag == wanted or tag.startswith(f"{wanted}-")

    def _came_via(self, claim: OpenedClaim) -> bool:
        via = claim.stored.content.via or ""
        return self.via in (via, via.partition(".")[0])

    def _is_named(self, claim: OpenedClaim) -> bool:
        return bool(self.name and claim.contents and self.name.search(claim.contents.name))

    def _is_of(self, claim: OpenedClaim) -> bool:
        return bool(self.address and claim.contents and self.address.search(claim.contents.email))


def read_country(text: str) -> str:
    """
    Return a country's code as claims hold it, however it was typed.

    Raises:
        CannotDo: There is none of this code.
    """
    if text.upper() not in COUNTRIES:
        raise CannotDo(
            f"There is no country {text!r}: write its two letters (ISO 3166-1), or ZZ for those "
            "who did not say.",
            MISUNDERSTOOD,
        )
    return text.upper()


def read_via(text: str) -> str:
    """
    Return a share link's code, with or without a network, as claims hold it.

    Raises:
        CannotDo: No link can be called so.
    """
    if not re.fullmatch(VIA_PATTERN, text.lower()):
        raise CannotDo(
            f"{text!r} is no link: write its ten characters, or with the network as an export "
            "shows it, as in 0123456789.weibo.",
            MISUNDERSTOOD,
        )
    return text.lower()


def read_pattern(text: str) -> re.Pattern[str]:
    """
    Return a regular expression that does not look at the case.

    Raises:
        CannotDo: It is none.
    """
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error:
        raise CannotDo(f"{text!r} is not a regular expression.", MISUNDERSTOOD) from None
