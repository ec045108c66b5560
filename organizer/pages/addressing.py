"""What a page's relative addresses lead to when the page lies one folder below the root."""

import re

# What every petition has in its own folder; all else is the site's, at the root.
OWN = re.compile(r"((index|withdraw|courier|kakao|problems)\.html|feed-[\w-]+\.xml)$")

# An address without a scheme, not of this page itself, with what follows its path.
_RELATIVE = re.compile(r'\b(href|src)="([^":?#/]+[^":?#]*)([?#][^"]*)?"')


def lead_from_folder(page: str) -> str:
    """Return a page of the root as it leads to the same from a petition's folder."""

    def lead(found: re.Match[str]) -> str:
        attribute, path, rest = found.groups()
        up = "" if OWN.match(path) else "../"
        return f'{attribute}="{up}{path}{rest or ""}"'

    return _RELATIVE.sub(lead, page)
