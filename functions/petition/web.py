"""HTTP: what a request must look like, and how answers leave; the only module that knows it."""

import asyncio
import functools
import hashlib
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic_core import from_json, to_json
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from petition import log, server
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
    RequestTimeout,
    Unavailable,
    UnsupportedMediaType,
)
from petition.settings import Settings

MAX_BODY_BYTES = 8 * 1024  # ours: the longest valid body has about five thousand
BODY_SECONDS = 3.0  # ours: a phone on a slow network sends as much in less
MAX_BODIES = 1000  # ours: bodies on their way at once; as many requests as an instance is given
PREFLIGHT_SECONDS = 86_400  # a day, so that a spike does not double the requests
RETRY_AFTER_SECONDS = 2  # ours; the page adds jitter
NO_STORE = "no-store"

# As the server sends them: setting one by one would search all others each time.
COMMON_HEADERS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))
PUBLIC_HEADERS = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Retry-After"),
)

T = TypeVar("T")
Handler = Callable[[Request, Campaign, str], Awaitable[Response]]


_bodies = 0  # on their way at this moment


def endpoint(
    settings: Settings, campaigns: Mapping[str, Campaign], *methods: str
) -> Callable[[Handler], Callable[[Request], Awaitable[Response]]]:
    """
    Make a handler an HTTP function: everything that all of them have in common.

    The handler is called with the request, the petition of the path's first segment, and the
    rest of the path, "" when there is none. Preflights are answered, a `Problem` becomes its
    document, and anything else an `internal-error` that tells nothing.

    Args:
        methods: What the function takes. Any page may read what is answered to GET, and it does
            not depend on who asks, so that caches keep one answer for all.

    Raises:
        Nothing, once the function runs.
    """
    server.prepare()

    def decorate(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        name = handler.__name__

        @functools.wraps(handler)
        async def function(request: Request) -> Response:
            try:
                if request.method == "OPTIONS":
                    response = _preflight(methods)
                else:
                    campaign, rest = _route(request, campaigns)
                    response = await handler(request, campaign, rest)
            except Problem as problem:
                log.add("problem", {"function": name, "slug": problem.slug}, number=1)
                response = _problem_response(problem, settings)
            except Exception as error:
                # Of our own making: the platform's id is what the request says it is.
                id = str(uuid.uuid4())
                log.internal_error(name, error, id)
                response = _problem_response(InternalError(), settings, id)
            response.raw_headers.extend(COMMON_HEADERS)
            _allow_origin(request, response, settings, public="GET" in methods)
            return response

        return function

    return decorate


async def on_grid(work: Awaitable[T], milliseconds: int) -> T:
    """
    Do work, and return or raise at the first multiple of a grid at which it is done.

    So no difference of a few milliseconds in the database reaches anybody.

    Args:
        milliseconds: Counted from the call; 0 for no grid.
    """
    clock = asyncio.get_running_loop().time
    begun = clock()
    try:
        return await work
    finally:
        if milliseconds:
            grid = milliseconds / 1000
            await asyncio.sleep(grid - (clock() - begun) % grid)


def allow(request: Request, *methods: str) -> None:
    """
    Refuse all other methods; whoever takes GET takes HEAD.

    Raises:
        MethodNotAllowed: With what is allowed.
    """
    allowed = _with_head(methods)
    if request.method not in allowed:
        raise MethodNotAllowed([*allowed, "OPTIONS"])


async def read_json(request: Request) -> Any:
    """
    Return the decoded body.

    Raises:
        UnsupportedMediaType: It is not plain `application/json`.
        PayloadTooLarge: It has more than MAX_BODY_BYTES.
        RequestTimeout: It took more than BODY_SECONDS.
        Unavailable: MAX_BODIES are on their way already.
        InvalidRequest: It is not JSON (RFC 8259) in UTF-8, or broke off.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" or "content-encoding" in request.headers:
        raise UnsupportedMediaType
    body = await _read_body(request)
    try:
        # Without a cache of strings: what people typed must not stay in memory.
        return from_json(body, allow_inf_nan=False, cache_strings="none")
    except ValueError:
        raise InvalidRequest([Fault("#", "The body must be valid JSON in UTF-8.")]) from None


async def _read_body(request: Request) -> bytes:
    global _bodies
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:10]) > MAX_BODY_BYTES:
        raise PayloadTooLarge
    if _bodies >= MAX_BODIES:
        raise Unavailable
    body = bytearray()
    _bodies += 1
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    raise PayloadTooLarge
    except TimeoutError:
        raise RequestTimeout from None
    except ClientDisconnect:  # On a phone that is nothing unexpected; nobody reads the answer.
        raise InvalidRequest([Fault("#", "The body must be sent to its end.")]) from None
    finally:
        _bodies -= 1
    return bytes(body)


def write_json(content: object) -> bytes:
    """Return JSON in UTF-8, as short as it can be."""
    return to_json(content)


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
    candidates = request.headers.get("if-none-match")
    if candidates is None:
        return False
    return any(c.strip().removeprefix("W/") in (etag, "*") for c in candidates.split(","))


def _route(request: Request, campaigns: Mapping[str, Campaign]) -> tuple[Campaign, str]:
    petition, _, rest = request.scope["path"].removeprefix("/").partition("/")
    campaign = campaigns.get(petition)
    if campaign is None:
        raise PetitionNotFound
    if "/" in rest:
        raise NotFound
    return campaign, rest


def _with_head(methods: Sequence[str]) -> list[str]:
    return [*methods, "HEAD"] if "GET" in methods else [*methods]


def _preflight(methods: Sequence[str]) -> Response:
    allowed = ", ".join(_with_head(methods))
    headers = {
        "Access-Control-Allow-Methods": allowed,
        "Access-Control-Allow-Headers": "Content-Type",
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
        "Cache-Control": NO_STORE,
        "Allow": f"{allowed}, OPTIONS",
    }
    return Response(None, 204, headers)


def _allow_origin(
    request: Request, response: Response, settings: Settings, *, public: bool
) -> None:
    if public and request.method in ("GET", "HEAD"):
        response.raw_headers.extend(PUBLIC_HEADERS)
        return
    response.raw_headers.append((b"vary", b"Origin"))
    origin = request.headers.get("origin")
    if origin in settings.allowed_origins:
        response.raw_headers.append((b"access-control-allow-origin", origin.encode()))
        response.raw_headers.append((b"access-control-expose-headers", b"Retry-After"))


def _problem_response(problem: Problem, settings: Settings, id: str | None = None) -> Response:
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
        case InternalError() if id:
            document["instance"] = f"urn:uuid:{id}"
    return Response(
        write_json(document), problem.status, headers, media_type="application/problem+json"
    )
