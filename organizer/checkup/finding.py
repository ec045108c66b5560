"""What a look at one part comes to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it stands, and in a sentence what to do if it is not well."""

    part: str
    well: bool
    sentence: str


# Whether it is well, and the sentence of a Finding.
Verdict = tuple[bool, str]
