"""What the functions write down: numbers per minute, at the latest when they end, and no words."""

import json
from collections.abc import Callable
from typing import Any

import httpx

from dev.functions import Running
from tests.functions.signers import PETITION, new_email, open_form

Start = Callable[..., Running]


def last_words(function: Running) -> list[dict[str, Any]]:
    """End a function as the platform does, and return its log lines, added up over the minutes."""
    function.stop()
    sums: dict[tuple[str, str], dict[str, Any]] = {}
    for line in map(json.loads, function.log().splitlines()):
        before = sums.setdefault((line["event"], line.get("slug", "")), line)
        if before is not line:  # A minute ended during the test.
            for name, value in line.items():
                added = isinstance(value, int) and not name.startswith("largest_")
                before[name] = before[name] + value if added else value
    return list(sums.values())


def problem(function: str, slug: str, number: int) -> dict[str, Any]:
    """Return the line that tells how often something was refused."""
    labels = {"severity": "INFO", "event": "problem", "function": function}
    return {**labels, "slug": slug, "number": number}


def test_sign_writes_how_many_claims_came_and_not_which_were_repeats(
    http: httpx.Client, start_function: Start
) -> None:
    sign = start_function("sign")
    url, form = f"{sign.url}/{PETITION}", open_form()

    for body in (form, form, form, open_form(), {}, {"email": 7}):
        http.post(url, json=body)
    http.get(url)

    minute, *problems = last_words(sign)
    assert minute == {
        "severity": "INFO",
        "event": "minute",
        "function": "sign",
        "petition": PETITION,
        "claims": 4,
        "groups": 4,
        "largest_group": 1,
        "retries": 0,
        "refused": 0,
    }
    assert problems == [
        problem("sign", "invalid-request", 2),
        problem("sign", "method-not-allowed", 1),
    ]


def test_count_writes_what_it_told(http: httpx.Client, start_function: Start) -> None:
    http.post(f"{start_function('sign').url}/{PETITION}", json=open_form())
    count = start_function("count")

    http.get(f"{count.url}/{PETITION}")
    http.get(f"{count.url}/nobody")

    tally, *problems = last_words(count)
    assert tally.pop("age_seconds") >= 0
    assert tally == {
        "severity": "INFO",
        "event": "tally",
        "function": "count",
        "petition": PETITION,
        "signatures": 1,
        "leading_percent": 0,
    }
    assert problems == [problem("count", "petition-not-found", 1)]


def test_the_others_write_only_what_they_refused(http: httpx.Client, start_function: Start) -> None:
    link, withdraw = start_function("share-link"), start_function("withdraw")

    http.post(f"{link.url}/{PETITION}", json={"language": "ko"})
    http.post(f"{link.url}/{PETITION}", json={"language": "xx"})
    for receipt in ("0" * 26, "1"):
        http.post(f"{withdraw.url}/{PETITION}", json={"receipt": receipt, "keep_count": True})

    assert last_words(link) == [problem("share_link", "invalid-request", 1)]
    assert last_words(withdraw) == [problem("withdraw", "invalid-request", 1)]


def test_sweep_writes_how_many_left_and_how_many_stayed(
    http: httpx.Client, start_function: Start
) -> None:
    url = {n: f"{start_function(n).url}/{PETITION}" for n in ("sign", "withdraw")}
    sweep, email = start_function("sweep"), new_email()
    forms = [open_form(email), open_form(email), open_form(), open_form()]
    receipts = [http.post(url["sign"], json=form).json()["receipt"] for form in forms]
    # One of two claims of an address, the only one of another; and one whose +1 stays.
    for receipt, keep_count in zip(receipts[1:], (False, False, True), strict=True):
        http.post(url["withdraw"], json={"receipt": receipt, "keep_count": keep_count})

    http.post(f"{sweep.url}/{PETITION}")

    # Without waiting for a minute to end: until the next hour it may have no CPU to write with.
    labels = {"severity": "INFO", "event": "sweep", "function": "sweep", "petition": PETITION}
    said = [json.loads(line) for line in sweep.log().splitlines()]
    assert said == [{**labels, "left": 1, "kept": 2}]


def test_sweep_says_that_nobody_was_due(http: httpx.Client, start_function: Start) -> None:
    sweep = start_function("sweep")

    http.post(f"{sweep.url}/{PETITION}")
    http.post(f"{sweep.url}/{PETITION}")

    labels = {"severity": "INFO", "event": "sweep", "function": "sweep", "petition": PETITION}
    said = [json.loads(line) for line in sweep.log().splitlines()]
    assert said == 2 * [{**labels, "left": 0, "kept": 0}]


def test_a_function_that_nobody_asked_writes_nothing(start_function: Start) -> None:
    function = start_function("sign")

    function.stop()

    assert function.log() == ""
