"""What makes two e-mail addresses the same signer's; the rules per provider are data."""

import json
import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import TypedDict

import idna

RFC_5321_MAX_ADDRESS_OCTETS = 254  # section 4.5.3.1.3, less the angle brackets
RFC_5321_MAX_LOCAL_OCTETS = 64  # section 4.5.3.1.1

RULES_FILE = Path(__file__).with_name("addresses.json")

_ATEXT = frozenset("!#$%&'*+/=?^_`{|}~-.")  # RFC 5322, section 3.2.3, beside letters and digits
_LABEL = r"(?!(?!xn)..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?!\d+$){_LABEL}", re.ASCII)


class Rule(TypedDict, total=False):
    """
    How one provider reads its addresses.

    `canonical` is the domain that its aliases stand for, `separator` what begins a tag that does
    not change the mailbox, `fold` the characters that it drops or takes as another.
    """

    domains: list[str]
    canonical: str
    separator: str
    fold: dict[str, str]


class AddressError(ValueError):
    """The text is not an e-mail address; the message never holds it."""


def canonicalise(address: str) -> str:
    """
    Return the form under which all spellings of one mailbox are the same.

    Args:
        address: As typed; full-width forms and white space around it do no harm.

    Returns:
        `local@domain` in lower case, the domain in ASCII (IDNA 2008 after UTS #46).

    Raises:
        AddressError: It is not an address of RFC 5321 and RFC 6531, quoted local parts and
            literal domains excepted.

    Source: addresses.json; the vectors in tests/vectors/addresses.json hold for the page too.
    """
    text = unicodedata.normalize("NFKC", address).strip(" \t\r\n").lower()
    # Again, because a small letter can have a composed form that its capital lacks: J and a caron.
    local, at, domain = unicodedata.normalize("NFKC", text).rpartition("@")
    if not at or not _is_local(local):
        raise AddressError("not an address")
    domain = _ascii_domain(domain)
    if _octets(local) + 1 + len(domain) > RFC_5321_MAX_ADDRESS_OCTETS:
        raise AddressError("too long")
    return _one_mailbox(local, domain)


def _is_local(local: str) -> bool:
    atoms = local.split(".")
    return (
        all(atoms)
        and all(c in _ATEXT or _is_word(c) for c in local)
        and _octets(local) <= RFC_5321_MAX_LOCAL_OCTETS
    )


def _ascii_domain(domain: str) -> str:
    domain = domain.replace("。", ".")
    if not all(c in ".-" or _is_word(c) for c in domain):
        raise AddressError("not a domain")
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True, transitional=False).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            raise AddressError("not a domain") from None
    if not _DOMAIN.fullmatch(domain):
        raise AddressError("not a domain")
    return domain


def _is_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def _octets(text: str) -> int:
    return len(text.encode())


def _one_mailbox(local: str, domain: str) -> str:
    separator, rules = _rules()
    rule = rules.get(domain, {})
    cut = local.find(rule.get("separator", separator), 1)
    mailbox = local if cut < 0 else local[:cut]
    for character, replacement in rule.get("fold", {}).items():
        mailbox = mailbox.replace(character, replacement)
    return f"{mailbox or local}@{rule.get('canonical', domain)}"


@lru_cache(maxsize=1)
def _rules() -> tuple[str, dict[str, Rule]]:
    table = json.loads(RULES_FILE.read_text(encoding="utf-8"))
    by_domain = {domain: rule for rule in table["providers"] for domain in rule["domains"]}
    return table["separator"], by_domain
