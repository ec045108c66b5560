"""What Firestore refuses, told in sentences by which a person knows what to do next."""

from collections.abc import Iterator
from contextlib import contextmanager

from google.api_core import exceptions
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
