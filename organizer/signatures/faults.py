"""What Firestore refuses, told in sentences by which a person knows what to do next."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from google.api_core import exceptions, retry
from google.auth.exceptions import GoogleAuthError

from organizer import UNREACHABLE, CannotDo


class Conflict(Exception):
    """A document is not as it was seen, or nobody knows; look again before doing more."""


# After these nobody knows whether a commit was done, but by looking again.
UNCERTAIN = (
    exceptions.FailedPrecondition,
    exceptions.NotFound,
    exceptions.AlreadyExists,
    exceptions.Aborted,
    exceptions.InternalServerError,
    exceptions.Unknown,
    exceptions.Cancelled,
)


# What a read is refused with whose database does not exist; a missing document is no error.
NO_DATABASE = exceptions.NotFound

REFUSED = (exceptions.GoogleAPICallError, exceptions.RetryError)

PATIENCE_SECONDS = 10.0  # ours: whoever has waited so long wants to know why
READ_SECONDS = 60.0  # ours: what a long answer may take, once the database was found to answer

_AGAIN = retry.Retry(
    retry.if_exception_type(
        exceptions.ServiceUnavailable, exceptions.ResourceExhausted, exceptions.InternalServerError
    ),
    initial=0.2,
    maximum=2.0,
    timeout=PATIENCE_SECONDS,
)
# How each call is made; left to itself, the library tries for five minutes.
PATIENCE: dict[str, Any] = {"retry": _AGAIN, "timeout": PATIENCE_SECONDS}
LONG_READ: dict[str, Any] = {"retry": _AGAIN, "timeout": READ_SECONDS}


@contextmanager
def in_sentences() -> Iterator[None]:
    """
    Tell what the database refuses; the library's own messages name documents.

    Raises:
        CannotDo: It does not answer, or not to whoever asks.
    """
    try:
        yield
    except (exceptions.Unauthenticated, GoogleAuthError):
        advice = "Log in first: gcloud auth application-default login."
        raise CannotDo(f"There are no valid credentials. {advice}", UNREACHABLE) from None
    except exceptions.Forbidden:
        advice = "roles/datastore.viewer is enough to watch, roles/datastore.user to change."
        raise CannotDo(f"You may not do this in that project: {advice}", UNREACHABLE) from None
    except (exceptions.ServiceUnavailable, exceptions.DeadlineExceeded, exceptions.RetryError):
        raise CannotDo(
            "The database does not answer. What was being written may or may not be there; "
            "every command can be run again.",
            UNREACHABLE,
        ) from None
