"""Whom an address belongs to: two spellings of one mailbox are one, two mailboxes never are."""

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from petition import base64url
from petition.address import RULES_FILE, AddressError, canonicalise
from petition.claim import tag_address

from tests.unit.vectors import vectors

VECTORS = vectors("addresses")
PROVIDERS = json.loads(RULES_FILE.read_text(encoding="utf-8"))["providers"]
KNOWN_DOMAINS = [domain for provider in PROVIDERS for domain in provider["domains"]]

words = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=12)
domains = st.sampled_from(
    [*KNOWN_DOMAINS, "example.org", "mail.gmail.com", "xn--fsqu00a.xn--fiqs8s"]
)
locals_ = st.lists(words, min_size=1, max_size=4).map(".".join)

# Everything a program can send, half characters too, and text that is nearly an address.
anything = st.text(st.characters(), max_size=40)
nearly = st.text(st.sampled_from("aJΣßé友한Ａ．。.+-_@ \n\t\0'\"\ud800İ１"), max_size=20)
near_addresses = st.builds("{}@{}".format, nearly, nearly | domains)


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda vector: vector["rule"])
def test_spelling_has_its_canonical_form(vector: dict[str, str]) -> None:
    assert canonicalise(vector["typed"]) == vector["canonical"]


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["fault"])
def test_what_is_no_address_is_refused(vector: dict[str, str]) -> None:
    with pytest.raises(AddressError):
        canonicalise(vector["typed"])


@pytest.mark.parametrize("vector", VECTORS["tags"], ids=lambda vector: vector["address_tag"])
def test_tag_of_an_address_is_the_documented_one(vector: dict[str, str]) -> None:
    tag = tag_address(vector["canonical"], vector["petition"])

    assert base64url.encode(tag) == vector["address_tag"]


@given(anything | near_addresses)
def test_refusal_is_always_an_address_error_that_holds_nothing(text: str) -> None:
    try:
        canonicalise(text)
    except AddressError as error:
        assert str(error) in {"not an address", "not a domain", "too long"}


@given(near_addresses | st.builds("{}@{}".format, locals_, domains))
def test_canonical_form_stands_for_itself(text: str) -> None:
    # Without its tag, or folded, it need not be an address: ann.+tag@… is one, ann.@… is not.
    with contextlib.suppress(AddressError):
        canonical = canonicalise(text)
        assert canonicalise(canonical) == canonical


@given(near_addresses)
def test_canonical_form_has_one_at_and_an_ascii_domain_of_at_least_two_labels(text: str) -> None:
    with contextlib.suppress(AddressError):
        local, at, domain = canonicalise(text).rpartition("@")

        assert local and at
        assert domain.isascii() and domain == domain.lower() and "." in domain


@given(locals_, domains, st.data())
def test_case_never_counts(local: str, domain: str, data: st.DataObject) -> None:
    address = f"{local}@{domain}"
    mask = data.draw(st.lists(st.booleans(), min_size=len(address), max_size=len(address)))
    mixed = "".join(c.upper() if up else c for c, up in zip(address, mask, strict=True))

    assert canonicalise(mixed) == canonicalise(address)


@given(
    locals_, domains, st.text("abc0.+", max_size=12).filter(lambda tag: f".{tag}.".count("..") == 0)
)
def test_tag_never_counts(local: str, domain: str, tag: str) -> None:
    separator = "-" if rule(domain).get("separator") == "-" else "+"

    assert canonicalise(f"{local}{separator}{tag}@{domain}") == canonicalise(f"{local}@{domain}")


@given(words, st.sampled_from(["gmail.com", "googlemail.com", "proton.me", "pm.me"]), st.data())
def test_dots_never_count_where_the_provider_drops_them(
    word: str, domain: str, data: st.DataObject
) -> None:
    cuts = data.draw(st.lists(st.booleans(), min_size=len(word) - 1, max_size=len(word) - 1))
    dotted = word[0] + "".join(f".{c}" if cut else c for c, cut in zip(word[1:], cuts, strict=True))

    assert canonicalise(f"{dotted}@{domain}") == canonicalise(f"{word}@{domain}")


@given(words, words, domains)
def test_two_names_are_two_signers(one: str, other: str, domain: str) -> None:
    same = canonicalise(f"{one}@{domain}") == canonicalise(f"{other}@{domain}")

    assert same == (one == other)


@given(words, domains, domains)
def test_one_name_at_two_providers_is_two_signers(name: str, one: str, other: str) -> None:
    same = canonicalise(f"{name}@{one}") == canonicalise(f"{name}@{other}")

    assert same == (rule(one).get("canonical", one) == rule(other).get("canonical", other))


def test_no_domain_has_two_rules() -> None:
    assert len(set(KNOWN_DOMAINS)) == len(KNOWN_DOMAINS)


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider["domains"][0])
def test_providers_rule_leads_to_one_of_its_own_domains(provider: dict[str, object]) -> None:
    assert provider.keys() <= {"domains", "canonical", "separator", "fold"}
    assert provider.get("canonical", KNOWN_DOMAINS[0]) in KNOWN_DOMAINS


@settings(max_examples=10)  # A tag is slow on purpose.
@given(anything, anything)
def test_petitions_never_share_a_tag(one: str, other: str) -> None:
    with contextlib.suppress(UnicodeEncodeError):
        tags = [tag_address("ann@example.org", petition) for petition in (one, other)]
        assert (tags[0] == tags[1]) == (one == other)


def rule(domain: str) -> dict[str, str]:
    """Return the rule of a domain's provider."""
    return next((provider for provider in PROVIDERS if domain in provider["domains"]), {})
