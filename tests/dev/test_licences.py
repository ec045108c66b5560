"""What is deployed may be used by anybody, and says so."""

import re

from dev.licences import deployed, licences_of_deployed

# Permissive, or copyleft of single files that we do not change (MPL).
FREE = re.compile(r"Apache|BSD|MIT|MPL|Mozilla Public|PSF|ISC")


def test_everything_that_is_deployed_has_a_licence_that_asks_nothing_of_us() -> None:
    licences = licences_of_deployed()

    assert {"functions-framework", "grpcio", "pydantic"} <= licences.keys() == deployed()
    assert {name: text for name, text in licences.items() if not FREE.search(text)} == {}
