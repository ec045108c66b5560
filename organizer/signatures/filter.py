"""Which claims are meant, by what the database knows of them and by what was sealed."""

import datetime as dt
import re
from dataclasses import dataclass

from organizer.signatures.opening import OpenedClaim, Verdict


@dataclass(frozen=True)
class Filter:
    """
    Which claims are meant: all that fit every part that is given.

    Args:
        since: Their hour is this or later; aware.
        until: Their hour is before this; aware.
        via: A share link's code, wherever it was shared.
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

    def fits(self, claim: OpenedClaim) -> bool:
        """Tell whether a claim is meant."""
        known = claim.stored.content
        hour = known.signed_hour
        if hour is None and (self.since or self.until):
            return False
        return (
            not (self.since and hour and hour < self.since)
            and not (self.until and hour and hour >= self.until)
            and self.country in (None, known.country)
            and self.language in (None, known.language)
            and self.via in (None, (known.via or "").partition(".")[0])
            and (not self.reads or self._fits_contents(claim))
        )

    def _fits_contents(self, claim: OpenedClaim) -> bool:
        contents = claim.contents
        if contents is None or self.unreadable:
            return claim.verdict is Verdict.JUNK and self.unreadable
        return bool(
            (self.name is None or self.name.search(contents.name))
            and (self.address is None or self.address.search(contents.email))
        )
