"""Something in a petition's file that is wrong, or could be better."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Correction:
    """
    One thing to write in another way.

    Args:
        place: Where it is, as in "texts.ko.share"; "" for the whole file.
        advice: Sentences: what is wrong, and what to write instead.
        must: Whether it has to be changed; otherwise it would be better.
    """

    place: str
    advice: str
    must: bool = True
