"""Opening many boxes at once, in processes of their own, in bounded memory."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager

from cryptography.hazmat.primitives.asymmetric import ec
from petition.seal import SealError, Words, open_box

from organizer.signatures.stored import Stored

MAX_PROCESSES = 4  # ours: beyond, reading from the database is what takes the time
PAGES_AHEAD = 2  # ours: about 5 MB each; one is opened while the next is read

Box = bytes | None
Opened = Words | None
_Keys = list[ec.EllipticCurvePrivateKey]

_keys: _Keys = []
_petition = ""


class Opener:
    """Opens the boxes of one petition with whichever key fits."""

    def __init__(self, pool: ProcessPoolExecutor, processes: int) -> None:
        self._pool = pool
        self._processes = processes

    def open_pages(self, pages: Iterable[Sequence[Box]]) -> Iterator[list[Opened]]:
        """
        Open page after page, in order, reading PAGES_AHEAD of them ahead.

        Returns:
            The contents of each box; None where there is no box, or none of the keys opens it.
        """
        waiting: deque[list[Future[list[Opened]]]] = deque()
        for page in pages:
            size = -(-len(page) // self._processes)
            parts = [page[i : i + size] for i in range(0, len(page), size)] if page else []
            waiting.append([self._pool.submit(_open, part) for part in parts])
            if len(waiting) > PAGES_AHEAD:
                yield _gather(waiting.popleft())
        while waiting:
            yield _gather(waiting.popleft())


@contextmanager
def opener(keys: _Keys, petition: str) -> Iterator[Opener]:
    """Start the processes that open boxes, and end them with what they know."""
    processes = min(os.cpu_count() or 1, MAX_PROCESSES)
    scalars = [key.private_numbers().private_value for key in keys]
    pool = ProcessPoolExecutor(
        processes,
        # A fork would share the database's connections.
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_prepare,
        initargs=(scalars, petition),
    )
    try:
        yield Opener(pool, processes)
    finally:
        pool.shutdown(cancel_futures=True)


def opened_pages(
    pages: Iterable[list[Stored]], petition: str, keys: _Keys
) -> Iterator[tuple[list[Stored], list[Opened]]]:
    """Return each page of signatures with what was sealed in them; without keys, with nothing."""
    if not keys:
        for page in pages:
            yield page, [None] * len(page)
        return
    ahead: deque[list[Stored]] = deque()

    def boxes() -> Iterator[list[Box]]:
        for page in pages:
            ahead.append(page)
            yield [signature.sealed for signature in page]

    with opener(keys, petition) as open_boxes:
        for opened in open_boxes.open_pages(boxes()):
            yield ahead.popleft(), opened


def open_with_any(box: Box, petition: str, keys: _Keys) -> Opened:
    """Open one box with the first key that fits."""
    for key in keys if box else ():
        try:
            return open_box(box or b"", petition, key)
        except SealError:
            continue
    return None


def _prepare(scalars: list[int], petition: str) -> None:
    global _keys, _petition
    # Ctrl-C is for the process that writes; it ends these.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _keys = [ec.derive_private_key(scalar, ec.SECP256R1()) for scalar in scalars]
    _petition = petition


def _open(boxes: Sequence[Box]) -> list[Opened]:
    return [open_with_any(box, _petition, _keys) for box in boxes]


def _gather(parts: list[Future[list[Opened]]]) -> list[Opened]:
    return [contents for part in parts for contents in part.result()]
