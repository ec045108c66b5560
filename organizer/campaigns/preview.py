"""Whether the local run shows a petition."""

import json
import urllib.error
import urllib.request

from organizer import UNREACHABLE, CannotDo

SECONDS = 10.0  # ours: on one machine, a busy one

# This machine alone, whatever proxy the environment names.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def find_page(site: str, petition: str) -> str:
    """
    Return the address of a petition's page, where everything answers that it needs.

    Args:
        site: The local run's page.

    Raises:
        CannotDo: The local run does not answer, or has started before the petition was there.
    """
    page = f"{site}/{petition}/"
    try:
        count = json.loads(_read(f"{site}/config.json"))["functions"]["count"][0]
        _read(f"{count}/{petition}")
        _read(page)
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise CannotDo(f"The local run answers {error.code}.", UNREACHABLE) from None
        raise CannotDo(
            f"The local run does not know {petition}: write its page with `organizer petition "
            f"page {petition}`, then stop the local run with Ctrl-C and `make run` again."
        ) from None
    except OSError:
        raise CannotDo(
            "The local run does not answer; stop it with Ctrl-C and `make run` again.", UNREACHABLE
        ) from None
    return page


def _read(address: str) -> bytes:
    with _OPENER.open(address, timeout=SECONDS) as answer:
        content: bytes = answer.read()
        return content
