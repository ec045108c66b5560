"""Where a petition's file lies, and what it holds."""

import json
from pathlib import Path
from typing import Any

from petition.campaign import Campaign, load_campaigns

from organizer import MISUNDERSTOOD, ROOT, CannotDo

FOLDER = ROOT / "functions" / "campaigns"
FRONTEND = ROOT / "frontend"


def campaign_path(petition: str) -> Path:
    """Return where a petition's file lies, or would."""
    return FOLDER / f"{petition}.json"


def read_all() -> dict[str, Campaign]:
    """
    Read every petition that is shown, by id.

    Raises:
        CannotDo: One of the files is not valid.
    """
    try:
        return load_campaigns(FOLDER)
    except SystemExit as fault:
        raise CannotDo(f"{fault} `organizer petition check` says more.") from None


def read_one(petition: str) -> Campaign:
    """
    Read one petition.

    Raises:
        CannotDo: There is none of this id, or one of the files is not valid.
    """
    campaigns = read_all()
    if petition not in campaigns:
        raise CannotDo(
            f"There is no petition {petition!r}; there is {', '.join(campaigns)}.", MISUNDERSTOOD
        )
    return campaigns[petition]


def write_campaign(content: dict[str, Any]) -> Path:
    """
    Write a petition's file, where there is none yet.

    Raises:
        CannotDo: There is one already.
    """
    path = campaign_path(content["petition"])
    try:
        with path.open("x", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, indent=2)
            file.write("\n")
    except FileExistsError:
        raise CannotDo(
            f"There is a petition {content['petition']} already, in {path}; edit that file.",
            MISUNDERSTOOD,
        ) from None
    return path
