"""The countries that a signer can name."""

import json
from pathlib import Path

NOT_SAID = "ZZ"  # CLDR's code for an unknown region

_TABLE = json.loads(Path(__file__).with_name("countries.json").read_text(encoding="utf-8"))
COUNTRIES = frozenset([*_TABLE["countries"], NOT_SAID])
