"""
HTTP: what a request must look like, and how every answer leaves; the only module that knows it.
"""

import functools
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pydantic_core
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from petition import log
from petition.campaign import Campaign
from petition.problems import (
    Fault,
    InternalError,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    PetitionNotFound,
    Problem,
    Unavailable,
    UnsupportedMediaType,
)
from petition.settings import Settings

MAX_BODY_BYTES = 8 * 1024  # ours: the longest valid body has about three thousand
PREFLIGHT_SECONDS = 86_400  # a day, so that a spike does not double the requests
RETRY_AFTER_SECONDS = 2  # ours; the page adds jitter
NO_STORE = "no-store"

# As the server sends them: setting one by one would search all others each time.
COMMON_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"vary", b"Origin"),
)

Handler = Callable[[Request, Campaign, str], Awaitable[Response]]


def endpoint(
    settings: Settings, campaigns: Mapping[str, Campaign]
) -> Callable[[Handler], Callable[[Request], Awaitable[Response]]]:
    """
    Make a handler an HTTP function: everything that all of them have in common.

    The handler is called with the request, the petition of the path's first segment, and the
    rest of the path, "" when there is none. Preflights are answered, a `Problem` becomes its
    document, and anything else an `internal-error` that tells nothing.

    Raises:
        Nothing, once the function runs.
    """

    def decorate(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        name = handler.__name__

        @functools.wraps(handler)
        async def function(request: Request) -> Response:
            try:
                if request.method == "OPTIONS":
                    response = _preflight()
                else:
                    campaign, rest = _route(request, campaigns)
                    response = await handler(request, campaign, rest)
            except Problem as problem:
                log.add("problem", {"function": name, "slug": problem.slug}, number=1)
                response = _problem_response(problem, settings)
            except Exception as error:
                execution_id = request.headers.get("function-execution-id")
                log.internal_error(name, error, execution_id)
                response = _problem_response(InternalError(), settings, execution_id)
            _add_common_headers(request, response, settings)
            return response

        return function

    return decorate


def allow(request: Request, *methods: str) -> None:
    """
    Refuse all other methods; whoever takes GET takes HEAD.

    Raises:
        MethodNotAllowed: With what is allowed.
    """
    allowed = [*methods, "HEAD"] if "GET" in methods else [*methods]
    if request.method not in allowed:
        raise MethodNotAllowed([*allowed, "OPTIONS"])


async def read_json(request: Request) -> Any:
    """
    Return the decoded body.

    Raises:
        UnsupportedMediaType: It is not plain `application/json`.
        PayloadTooLarge: It has more than MAX_BODY_BYTES.
        InvalidRequest: It is not JSON (RFC 8259) in UTF-8, or broke off.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" or "content-encoding" in request.headers:
        raise UnsupportedMediaType
    try:
        return pydantic_core.from_json(await _read_body(request), allow_inf_nan=False)
    except ValueError:
        raise InvalidRequest([Fault("#", "The body must be valid JSON in UTF-8.")]) from None


async def _read_body(request: Request) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:10]) > MAX_BODY_BYTES:
        raise PayloadTooLarge
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise PayloadTooLarge
    except ClientDisconnect:  # On a phone that is nothing unexpected; nobody reads the answer.
        raise InvalidRequest([Fault("#", "The body must be sent to its end.")]) from None
    return bytes(body)


def write_json(content: object) -> bytes:
    """Return JSON in UTF-8, as short as it can be."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def json_response(content: object, status: int = 200, *, cache: str = NO_STORE) -> Response:
    """Return an answer in JSON."""
    return Response(
        write_json(content), status, {"Cache-Control": cache}, media_type="application/json"
    )


def document_response(body: bytes, media_type: str, *, cache: str) -> Response:
    """
    Return a page or a picture that can do nothing by itself.

    Source: an SVG or a page opened on its own could otherwise run script at our address.
    """
    headers = {
        "Cache-Control": cache,
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    }
    return Response(body, 200, headers, media_type=media_type)


def make_etag(body: bytes) -> str:
    """Return a strong validator (RFC 9110, section 8.8.3) for a body."""
    return f'"{hashlib.sha256(body).hexdigest()[:20]}"'


def not_modified(request: Request, etag: str) -> bool:
    """Tell whether the reader has this body already (If-None-Match, RFC 9110, section 13.1.2)."""
    candidates = request.headers.get("if-none-match", "").split(",")
    return any(c.strip().removeprefix("W/") in (etag, "*") for c in candidates)


def _route(request: Request, campaigns: Mapping[str, Campaign]) -> tuple[Campaign, str]:
    petition, _, rest = request.scope["path"].removeprefix("/").partition("/")
    campaign = campaigns.get(petition)
    if campaign is None:
        raise PetitionNotFound
    if "/" in rest:
        raise NotFound
    return campaign, rest


def _preflight() -> Response:
    headers = {
        "Access-Control-Allow-Methods": "GET, HEAD, POST",
        "Access-Control-Allow-Headers": "Content-Type",
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
        "Cache-Control": f"public, max-age={PREFLIGHT_SECONDS}",
        "Allow": "GET, HEAD, POST, OPTIONS",
    }
    return Response(None, 204, headers)


def _add_common_headers(request: Request, response: Response, settings: Settings) -> None:
    response.raw_headers.extend(COMMON_HEADERS)
    origin = request.headers.get("origin")
    if origin in settings.allowed_origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "ETag, Retry-After"


def _problem_response(
    problem: Problem, settings: Settings, execution_id: str | None = None
) -> Response:
    document: dict[str, object] = {
        "type": f"{settings.site_url}/problems.html#{problem.slug}",
        "title": problem.title,
        "status": problem.status,
    }
    headers = {"Cache-Control": NO_STORE}
    match problem:
        case InvalidRequest():
            document["errors"] = [
                {"pointer": fault.pointer, "detail": fault.detail} for fault in problem.faults
            ]
        case MethodNotAllowed():
            headers["Allow"] = ", ".join(problem.allowed)
        case Unavailable():
            headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        case InternalError() if execution_id:
            document["instance"] = f"urn:execution:{execution_id}"
    return Response(
        write_json(document), problem.status, headers, media_type="application/problem+json"
    )
