"""A document as it was read; the processes that open boxes load this, so nothing heavy."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Document = TypeVar("Document")


@dataclass(frozen=True, slots=True)
class Stored(Generic[Document]):
    """
    A document of a petition, as petition/documents.py defines it.

    Args:
        content: As much of it as was asked for.
        version: Its update time, for a guarded write.
    """

    id: str
    content: Document
    version: Any
