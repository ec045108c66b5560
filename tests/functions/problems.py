"""What every refusal must look like (RFC 9457)."""

import json
from typing import Any

import httpx

TITLES_END = "."


def check_problem(
    answer: httpx.Response, status: int, slug: str, *pointers: str, site: str
) -> dict[str, Any]:
    """
    Assert that an answer is this problem's document, with exactly these pointers,
    in any order.
    """
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    document: dict[str, Any] = json.loads(answer.content)
    assert document["type"] == f"{site}/problems.html#{slug}"
    assert document["status"] == status
    assert document["title"].endswith(TITLES_END)
    errors = document.get("errors", [])
    assert sorted(error["pointer"] for error in errors) == sorted(pointers), errors
    for error in errors:
        assert error.keys() == {"pointer", "detail"}
        assert error["detail"].endswith(TITLES_END)
    assert document.keys() <= {"type", "title", "status", "detail", "errors", "instance"}
    return document
