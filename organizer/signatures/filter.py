"""Which signatures are meant, by what the database knows of them and by what was sealed."""

import datetime as dt
import re
from dataclasses import dataclass

from petition.seal import Words

from organizer.signatures.stored import Stored


@dataclass(frozen=True)
class Filter:
    """
    Which signatures are meant: all that fit every part that is given.

    Args:
        since: Their hour is this or later; aware.
        until: Their hour is before this; aware.
        via: A share link's code, wherever it was shared.
        name: Found anywhere in the opened name.
        address: Found anywhere in the opened address.
        unreadable: Only boxes that none of the keys opens.
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

    def fits(self, signature: Stored, contents: Words | None) -> bool:
        """Tell whether a signature is meant; one that was withdrawn never is."""
        hour = signature.signed_hour
        if signature.emptied or (hour is None and (self.since or self.until)):
            return False
        return (
            not (self.since and hour and hour < self.since)
            and not (self.until and hour and hour >= self.until)
            and self.country in (None, signature.country)
            and self.language in (None, signature.language)
            and self.via in (None, (signature.via or "").partition(".")[0])
            and (not self.reads or self._fits_contents(contents))
        )

    def _fits_contents(self, contents: Words | None) -> bool:
        if contents is None or self.unreadable:
            return contents is None and self.unreadable
        return bool(
            (self.name is None or self.name.search(contents.name))
            and (self.address is None or self.address.search(contents.email))
        )
