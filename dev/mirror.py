"""
A copy of the page for another host, in one archive: `python -m dev.mirror config.json mirror.zip`.

It runs from any static host, under any path. The same page and configuration always give the same
bytes, so that whoever is handed a mirror can make their own and compare.
"""

import argparse
import html
import json
import re
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urljoin

from petition.campaign import load_campaigns
from petition.seal import decode_public_key

from dev import ROOT, CannotRun
from dev.site import FRONTEND, PUBLIC_FUNCTIONS
from infra.publish import read

NAMES = {name.replace("-", "_") for name in PUBLIC_FUNCTIONS}
# A page that was opened over https may call nothing less; a path is of the mirror's own host.
ADDRESS = re.compile(r"(https://)?[^\s:/?#]+(:\d+)?(/[^\s:/?#]+)*")
CARD = re.compile(rb'(<meta property="og:image" content=")([^"]*)(">)')
EARLIEST = (1980, 1, 1, 0, 0, 0)  # that a zip can hold


def main() -> int:
    """Write the archive; return 1, with a sentence, when the configuration cannot serve."""
    parser = argparse.ArgumentParser(prog="python -m dev.mirror", description=__doc__)
    parser.add_argument("config", type=Path, help="the page's config.json, perhaps with relays")
    parser.add_argument("archive", type=Path, help="what to write, such as mirror.zip")
    parser.add_argument("--address", help="where the mirror will lie, such as https://…/")
    arguments = parser.parse_args()
    try:
        config = read_config(arguments.config)
        pack(config, arguments.archive, read_address(arguments.address))
    except CannotRun as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    sys.stdout.write(f"{arguments.archive} is ready; docs/mirrors.md says what to do with it.\n")
    return 0


def read_config(path: Path) -> dict[str, object]:
    """
    Read and check what the mirror shall be told.

    Raises:
        CannotRun: It is no configuration of a page.
    """
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        addresses: dict[str, list[str]] = config["functions"]
        decode_public_key(config["seal_public_key"])
        decode_public_key(config["envelope_public_key"])
        petition = config["petition"]
    except FileNotFoundError:
        raise CannotRun(f"There is no {path}: save the config.json of the page there.") from None
    except (ValueError, KeyError, TypeError) as fault:
        raise CannotRun(
            f"{path} is no configuration of a page ({type(fault).__name__}): "
            "it must be like the config.json beside the page."
        ) from None
    if petition not in load_campaigns():
        raise CannotRun(f"There is no functions/campaigns/{petition}.json, which {path} names.")
    check_addresses(path, addresses)
    return dict(config)


def read_address(address: str | None) -> str | None:
    """
    Check where the mirror will lie, and end it with a slash.

    Raises:
        CannotRun: It is no address of a page.
    """
    if address is None or re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", address):
        return address and f"{address.rstrip('/')}/"
    raise CannotRun(f"{address!r} is no address of a mirror: write it as https://…/ in full.")


def check_addresses(path: Path, addresses: Mapping[str, list[str]]) -> None:
    """
    See that every function has addresses that the page can call.

    Raises:
        CannotRun: One has none, or not such ones.
    """
    for name in sorted(NAMES):
        urls = addresses.get(name)
        if not urls or not isinstance(urls, list):
            raise CannotRun(f'{path} must list addresses of {name}, as in ["https://…/{name}"].')
        for url in urls:
            if not ADDRESS.fullmatch(url):
                raise CannotRun(
                    f"{path} has {url!r} for {name}: write https:// and no last slash, "
                    "or a path from where the mirror lies, such as api/sign."
                )


def pack(config: Mapping[str, object], archive: Path, address: str | None = None) -> None:
    """
    Write the page, what it reads, and the configuration into one zip.

    Args:
        address: Where the mirror will lie, with a slash at its end, if that is known.
    """
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in sorted(contents(config, address).items()):
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.external_attr = 0o644 << 16
            opened.writestr(entry, content, zipfile.ZIP_DEFLATED)


def contents(config: Mapping[str, object], address: str | None) -> dict[str, bytes]:
    """Return everything that a mirror serves, by path."""
    functions = ROOT / "functions"
    page = read(FRONTEND)
    if address:
        page |= {
            name: name_card(page[name], urljoin(address, name))
            for name in page
            if name.endswith("index.html")
        }
    return {
        **page,
        # By this the page knows that its links lead to itself.
        "config.json": json.dumps({**config, "mirror": True}, indent=2).encode(),
        "addresses.json": (functions / "petition" / "addresses.json").read_bytes(),
        **{
            f"petitions/{id}.json": (functions / "campaigns" / f"{id}.json").read_bytes()
            for id in load_campaigns()
        },
    }


def name_card(page: bytes, address: str) -> bytes:
    """Write the whole address of a page and of its card into its tags, for robots that need it."""

    def complete(tag: re.Match[bytes]) -> bytes:
        head, card, tail = (part.decode() for part in tag.groups())
        place = html.escape(address.removesuffix("index.html"))
        image = html.escape(urljoin(address, html.unescape(card)))
        return f'{head}{image}{tail}\n    <meta property="og:url" content="{place}">'.encode()

    return CARD.sub(complete, page)


if __name__ == "__main__":
    sys.exit(main())
