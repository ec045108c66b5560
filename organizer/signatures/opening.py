"""Opening many boxes at once, in processes of their own, in bounded memory."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Thread

from cryptography.hazmat.primitives.asymmetric import ec
from petition.address import AddressError
from petition.documents import Claim
from petition.seal import POINT_BYTES, VERSION, Contents, NoContents, SealError, open_box

from organizer.signatures.checks import Checks
from organizer.signatures.stored import Stored

PROCESSES = min(os.cpu_count() or 1, 4)  # ours: beyond, reading the database takes the time
PAGES_AHEAD = 2  # ours: about 5 MB each; one is opened while the next is read

Keys = list[ec.EllipticCurvePrivateKey]


class Verdict(StrEnum):
    """What a box turned out to be."""

    UNTRIED = "untried"  # no key was given
    GOOD = "good"  # it holds contents, and, where that was checked, its signer's address
    CLOSED = "closed"  # none of the keys opens it, and another might
    JUNK = "junk"  # no key could find a signer's contents in it
    OTHER = "other"  # it holds contents of another address than its signer's


@dataclass(frozen=True)
class Opening:
    """
    What boxes of a petition are opened with.

    Args:
        checks: Where it is known, or to be found out, whether they hold their signer's address.
    """

    petition: str
    keys: Keys = field(default_factory=list)
    checks: Checks | None = None


@dataclass(frozen=True, slots=True)
class OpenedClaim:
    """
    A claim, and what was in its box.

    Args:
        stored: Without the box.
        contents: None unless the verdict is GOOD.
    """

    stored: Stored[Claim]
    verdict: Verdict
    contents: Contents | None = None


# A box, and the signer whose address it must hold; "" when that is not asked.
_Box = tuple[bytes, str]
_Result = tuple[Verdict, Contents | None]

_keys: Keys = []
_petition = ""
_pepper = b""


def open_pages(
    pages: Iterable[Sequence[Stored[Claim]]], opening: Opening
) -> Iterator[list[OpenedClaim]]:
    """Open page after page of claims, in order, reading PAGES_AHEAD of them ahead."""
    if not opening.keys:
        for page in pages:
            yield [OpenedClaim(_without_box(claim), Verdict.UNTRIED) for claim in page]
        return
    ahead: deque[tuple[list[Stored[Claim]], list[Future[list[_Result]]]]] = deque()
    with _processes(opening) as pool:
        for page in pages:
            boxes = [_box(claim, opening.checks) for claim in page]
            size = -(-len(page) // PROCESSES) or 1
            parts = [boxes[i : i + size] for i in range(0, len(boxes), size)]
            with _uninterrupted():
                futures = [pool.submit(_judge_all, part) for part in parts]
            ahead.append(([_without_box(claim) for claim in page], futures))
            if len(ahead) > PAGES_AHEAD:
                yield _gather(*ahead.popleft(), opening.checks)
        while ahead:
            yield _gather(*ahead.popleft(), opening.checks)


def judge(box: bytes, petition: str, keys: Keys) -> _Result:
    """Open a box with the first key that fits; what is in it comes with the verdict GOOD alone."""
    for key in keys:
        try:
            return Verdict.GOOD, open_box(box, petition, key)
        except NoContents:
            return Verdict.JUNK, None
        except SealError:
            continue
    return (Verdict.CLOSED if _may_open(box) else Verdict.JUNK), None


def holds_address(contents: Contents, signer: str, petition: str, pepper: bytes) -> bool:
    """Tell whether contents are of a signer's address; some hundredths of a second."""
    # Only who checks pays for the memory of what forms need.
    from petition.claim import identify, tag_address

    try:
        return identify(tag_address(contents.email, petition), petition, pepper) == signer
    except AddressError:
        return False


def _may_open(box: bytes) -> bool:
    # Whoever seals sends a point of the curve along (RFC 9180, section 4.1); without one there is
    # no key, known here or not, to which this could have been sealed.
    if not box.startswith(VERSION):
        return True  # Another version is not ours to judge.
    try:
        point = box[len(VERSION) : len(VERSION) + POINT_BYTES]
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return True


def _box(claim: Stored[Claim], checks: Checks | None) -> _Box:
    asked = checks is not None and checks.known(claim.id) is None
    return claim.content.sealed, claim.content.signer if asked else ""


def _without_box(claim: Stored[Claim]) -> Stored[Claim]:
    # Written out: replace() takes as long as opening does.
    c = claim.content
    light = Claim(c.receipt_hash, c.signer, b"", c.country, c.language, c.via, c.signed_hour)
    return Stored(claim.id, light, claim.version)


@contextmanager
def _processes(opening: Opening) -> Iterator[ProcessPoolExecutor]:
    scalars = [key.private_numbers().private_value for key in opening.keys]
    pepper = opening.checks.pepper if opening.checks else b""
    pool = ProcessPoolExecutor(
        PROCESSES,
        # A fork would share the database's connections.
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_prepare,
        initargs=(scalars, opening.petition, pepper),
    )
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    # Ctrl-C waits until what is begun here has begun: half a process would be waited for for ever.
    # Processes inherit that they wait, so it is for the one that writes, which ends these.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _prepare(scalars: list[int], petition: str, pepper: bytes) -> None:
    global _keys, _petition, _pepper
    Thread(target=_end_with_parent, daemon=True).start()
    _keys = [ec.derive_private_key(scalar, ec.SECP256R1()) for scalar in scalars]
    _petition, _pepper = petition, pepper


def _end_with_parent() -> None:
    # Whoever is killed cannot say so; the key must not stay in the memory of its processes.
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
    os._exit(1)


def _judge_all(boxes: Sequence[_Box]) -> list[_Result]:
    return [_judge(*box) for box in boxes]


def _judge(box: bytes, signer: str) -> _Result:
    verdict, contents = judge(box, _petition, _keys)
    if contents and signer and not holds_address(contents, signer, _petition, _pepper):
        return Verdict.OTHER, None
    return verdict, contents


def _gather(
    page: list[Stored[Claim]], parts: list[Future[list[_Result]]], checks: Checks | None
) -> list[OpenedClaim]:
    results = [result for part in parts for result in part.result()]
    opened = []
    found = {}
    for claim, (verdict, contents) in zip(page, results, strict=True):
        if checks and verdict in (Verdict.GOOD, Verdict.OTHER):
            known = checks.known(claim.id)
            if known is None:
                found[claim.id] = verdict is Verdict.GOOD
            elif not known:
                verdict, contents = Verdict.OTHER, None
        opened.append(OpenedClaim(claim, verdict, contents))
    if checks:
        checks.add(found)
    return opened
