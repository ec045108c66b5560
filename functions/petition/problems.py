"""Every error that the API can answer, as problem details of RFC 9457; knows nothing of HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """
    One thing that is wrong with a request's body.

    Args:
        pointer: A JSON pointer as a URI fragment (RFC 6901, section 6), "#" for the whole body.
        detail: A full sentence that says what to do; it never repeats what was sent.
    """

    pointer: str
    detail: str


class Problem(Exception):
    """An expected failure; each subclass has a section in docs/problems.md under its slug."""

    status: int
    slug: str
    title: str

    def __init__(self) -> None:
        super().__init__(self.slug)


class InvalidRequest(Problem):
    """The body is not JSON or not of the documented form; carries all faults at once."""

    status = 422
    slug = "invalid-request"
    title = "The request is not valid."

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__()
        self.faults = tuple(faults)


class UnsupportedMediaType(Problem):
    """The body is not plain `application/json`."""

    status = 415
    slug = "unsupported-media-type"
    title = "The body must be application/json, not compressed."


class PayloadTooLarge(Problem):
    """The body has more bytes than any valid one."""

    status = 413
    slug = "payload-too-large"
    title = "The body must not be larger than 8 KiB."


class RequestTimeout(Problem):
    """The body did not arrive in time."""

    status = 408
    slug = "request-timeout"
    title = "The body took too long to arrive; please send it again."


class PetitionNotFound(Problem):
    """There is no petition of that name."""

    status = 404
    slug = "petition-not-found"
    title = "There is no such petition."


class NotFound(Problem):
    """The petition exists, but nothing is at this path below it."""

    status = 404
    slug = "not-found"
    title = "There is nothing at this address."


class PetitionClosed(Problem):
    """The petition takes no more signatures."""

    status = 409
    slug = "petition-closed"
    title = "This petition is closed and takes no more signatures."


class MethodNotAllowed(Problem):
    """The path exists, but not for this method."""

    status = 405
    slug = "method-not-allowed"
    title = "This method is not allowed here."

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__()
        self.allowed = tuple(allowed)


class OpenFormDisabled(Problem):
    """This installation takes sealed signatures only (setting OPEN_FORM)."""

    status = 403
    slug = "open-form-disabled"
    title = "Only sealed signatures are taken here."


class Unavailable(Problem):
    """The database does not answer in time; nothing is known to be lost, and a retry is safe."""

    status = 503
    slug = "unavailable"
    title = "The service is busy. Nothing was confirmed; please try again shortly."


class InternalError(Problem):
    """A fault of ours; the instance's id leads to the log line."""

    status = 500
    slug = "internal-error"
    title = "Something went wrong on our side."
