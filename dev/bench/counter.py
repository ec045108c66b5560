"""
The distributed counter of Firestore's documentation, as most would write it.

One batch for each signature, with the synchronous client: the signature is created, and one of
some shards, chosen at random, is incremented.

Source: Firestore documentation, "Distributed counters".
"""

import contextlib
import os
import random

import flask
import functions_framework
from google.api_core.exceptions import AlreadyExists
from google.cloud import firestore

SHARDS = 10  # as many as the documentation's example

client = firestore.Client(project=os.environ["GOOGLE_CLOUD_PROJECT"])
petition = client.document("petitions/savemyfriend")


@functions_framework.http
def counter(request: flask.Request) -> flask.typing.ResponseReturnValue:
    """Store a signature and count it; a repeat is answered like a first."""
    body = request.get_json()
    shard = random.randrange(SHARDS)  # noqa: S311 – any shard will do
    batch = client.batch()
    batch.create(petition.collection("signers").document(body["address_tag"]), body)
    batch.set(
        petition.collection("lanes").document(str(shard)),
        {"signatures": firestore.Increment(1)},
        merge=True,
    )
    with contextlib.suppress(AlreadyExists):
        batch.commit()
    return {"accepted": True}, 201
