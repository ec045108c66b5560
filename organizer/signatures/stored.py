"""One signature, as it was read; the processes that open boxes load this, so nothing heavy."""

import datetime as dt
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Stored:
    """
    A signature as the database knows it, as far as it was asked for.

    Args:
        country: None when it was withdrawn and only its +1 stays.
        version: The document's update time, for a guarded write.
    """

    id: str
    sealed: bytes | None
    country: str | None
    language: str | None
    via: str | None
    signed_hour: dt.datetime | None
    version: Any

    @property
    def emptied(self) -> bool:
        """Tell whether it was withdrawn and its +1 stays; it must have been read with country."""
        return self.country is None


def read(snapshot: Any) -> Stored:
    """Read a signature from its document, as far as the document was asked for."""
    fields = snapshot.to_dict() or {}
    return Stored(
        id=snapshot.id,
        sealed=fields.get("sealed"),
        country=fields.get("country"),
        language=fields.get("language"),
        via=fields.get("via"),
        signed_hour=fields.get("signed_hour"),
        version=snapshot.update_time,
    )
