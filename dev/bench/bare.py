"""The least that a function can do: read the same body, and answer."""

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response


@functions_framework.aio.http
async def bare(request: Request) -> Response:
    """Answer anything; the body of a POST is decoded first."""
    if request.method == "POST":
        await request.json()
        return JSONResponse({"accepted": True}, 201)
    return JSONResponse({"signatures": 0})
