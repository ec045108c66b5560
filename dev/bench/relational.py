"""
What many would write instead: FastAPI, asyncpg and PostgreSQL.

SIGNATURES_COUNT says how the total is known: `insert` counts the rows when asked, `exact` keeps
them counted in a row of its own, in the same transaction. DATABASE_URL names the database.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import asyncpg
from fastapi import FastAPI
from pydantic import BaseModel, Field

BASE64URL = r"^[A-Za-z0-9_-]+$"
POOL = 10  # asyncpg's own default

TABLES = """
CREATE TABLE signatures (
    address_tag text PRIMARY KEY, sealed text NOT NULL, receipt_hash text NOT NULL,
    country text NOT NULL, language text NOT NULL, via text,
    signed_hour timestamptz NOT NULL DEFAULT date_trunc('hour', now())
);
CREATE TABLE tally (signatures bigint NOT NULL);
INSERT INTO tally VALUES (0);
"""
INSERT = """
INSERT INTO signatures (address_tag, sealed, receipt_hash, country, language, via)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
"""
TOTAL = {"insert": "SELECT count(*) FROM signatures", "exact": "SELECT signatures FROM tally"}

count = os.environ.get("SIGNATURES_COUNT", "insert")
pool: asyncpg.Pool


class Form(BaseModel):
    """A sealed form, as sign takes it."""

    address_tag: Annotated[str, Field(pattern=BASE64URL, min_length=43, max_length=43)]
    sealed: Annotated[str, Field(pattern=BASE64URL, min_length=2840, max_length=2840)]
    receipt_hash: Annotated[str, Field(pattern=BASE64URL, min_length=43, max_length=43)]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    language: Annotated[str, Field(max_length=10)]
    via: Annotated[str | None, Field(max_length=40)] = None


@asynccontextmanager
async def connected(app: FastAPI) -> AsyncIterator[None]:
    """Hold a pool of connections while the service runs."""
    global pool
    async with asyncpg.create_pool(
        os.environ["DATABASE_URL"], min_size=POOL, max_size=POOL
    ) as pool:
        yield


app = FastAPI(lifespan=connected)


@app.post("/{petition}", status_code=201)
async def sign(petition: str, form: Form) -> dict[str, bool]:
    """Store a signature unless there is one; the answer is the same."""
    values = list(form.model_dump().values())
    if count == "insert":
        await pool.execute(INSERT, *values)
    else:
        async with pool.acquire() as connection, connection.transaction():
            if await connection.execute(INSERT, *values) == "INSERT 0 1":
                await connection.execute("UPDATE tally SET signatures = signatures + 1")
    return {"accepted": True}


@app.get("/{petition}")
async def total(petition: str) -> dict[str, int]:
    """Tell how many have signed."""
    return {"signatures": await pool.fetchval(TOTAL[count])}
