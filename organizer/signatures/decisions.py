"""
Contested names as organizers see and decide them: a file with a line of JSON for each signer.

    {"signer": "…", "candidates": [{"name": "Ada", "delivery": true, "signed_hour": "…",
     "claim": "…"}, …], "decision": null}

An organizer puts the place of the candidate whose name counts in the place of `null`, 1 for the
first, or "withhold", and gives the file to the next run.
"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from organizer import CannotDo
from organizer.signatures.naming import Decision, Person

WITHHOLD = "withhold"

DecisionsOption = Annotated[
    Path | None,
    typer.Option("--decisions", help="A file of contested names, with what you decided in it."),
]


def write_contested(person: Person) -> str:
    """Return the line of a signer whose claims disagree."""
    candidates = [
        {
            "name": claim.contents.name,
            "delivery": claim.contents.consent.delivery,
            "signed_hour": hour.isoformat() if (hour := claim.stored.content.signed_hour) else None,
            "claim": claim.stored.id,
        }
        for claim in person.candidates
        if claim.contents
    ]
    line = {"signer": person.signer, "candidates": candidates, "decision": None}
    return json.dumps(line, ensure_ascii=False) + "\n"


def read_decisions(path: Path | None) -> dict[str, Decision]:
    """
    Read what organizers decided, by signer; what they left undecided is left out.

    Raises:
        CannotDo: The file cannot be read, or a line of it is not understood; it is named by its
            number.
    """
    if path is None:
        return {}
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        raise CannotDo(f"{path} cannot be read.") from None
    decisions = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            content = json.loads(line)
            decision = _read(content["candidates"], content["decision"])
        except (ValueError, KeyError, TypeError, IndexError) as fault:
            why = str(fault) if isinstance(fault, _Refused) else "It is not as it was written."
            raise CannotDo(f"{path}, line {number}: {why}") from None
        if decision:
            decisions[str(content["signer"])] = decision
    return decisions


class _Refused(ValueError):
    pass


def _read(candidates: list[dict[str, Any]], decision: object) -> Decision | None:
    claims = [str(candidate["claim"]) for candidate in candidates]
    if decision is None:
        return None
    if decision == WITHHOLD:
        return Decision(frozenset(claims), None)
    if type(decision) is not int or not 1 <= decision <= len(claims):
        raise _Refused(f'The decision is null, 1 to {len(claims)}, or "{WITHHOLD}".')
    if candidates[decision - 1]["delivery"] is not True:
        raise _Refused(f"Candidate {decision} did not agree to be named.")
    return Decision(frozenset(claims), claims[decision - 1])
