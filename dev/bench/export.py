"""
The export of many signatures: its rate, and the memory of all its processes together.

`python -m dev.bench.export [NUMBER]` stores NUMBER signatures (200,000) in an emulator of its
own, exports them with the key, and prints what it took. It ends with 1 beyond MAX_MEGABYTES.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from google.cloud import firestore
from petition.documents import CLAIMS, PETITIONS, SIGNERS, Claim, Signer
from petition.seal import Consent, Contents, seal

from dev.emulator import running_emulator
from dev.keys import DevelopmentKeys, make_keys
from organizer.trustees.private_key import write_key

NUMBER = 200_000
BATCH = 250
MAX_MEGABYTES = 300
PETITION = "savemyfriend"


def main() -> int:
    """
    Measure once; return 1 when it took too much memory.
    """
    number = int(sys.argv[1]) if len(sys.argv) > 1 else NUMBER
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running_emulator(folder / "emulator.log") as emulator:
            os.environ["FIRESTORE_EMULATOR_HOST"] = emulator.host
            keys = make_keys()
            write_key(folder / "key.pem", keys.private_key)
            store(number, make_box(keys))
            seconds, megabytes = export(folder)
            lines = (folder / "names.csv").read_bytes().count(b"\n") - 1
    print(  # noqa: T201 – a bench prints
        f"{lines:,} of {number:,} signatures in {seconds:.0f} s: {number / seconds:,.0f} a second, "
        f"at most {megabytes:.0f} MB in all processes together"
    )
    return 0 if lines == number and megabytes < MAX_MEGABYTES else 1


def make_box(keys: DevelopmentKeys) -> bytes:
    """
    Seal what a signer of many words writes.
    """
    consent = Consent(delivery=True)
    contents = Contents("김민수", "friend@example.org", "살려 주세요 " * 20, consent)
    return seal(contents, PETITION, keys.private_key.public_key())


def store(number: int, box: bytes) -> None:
    """
    Store signers, each with a claim, that share a box, in commits of BATCH.
    """
    client = firestore.Client(project="demo-bench")
    petition = client.collection(PETITIONS).document(PETITION)
    for start in range(0, number, BATCH):
        batch = client.batch()
        for i in range(start, min(start + BATCH, number)):
            id, receipt = f"{i * 2654435761 % 2**32:052x}", f"{i * 40503 % 2**32:043x}"
            batch.create(petition.collection(SIGNERS).document(id), Signer(1, False, "KR").fields())
            claim = Claim(receipt, id, box, "KR", "ko")
            batch.create(petition.collection(CLAIMS).document(receipt), claim.fields())
        batch.commit()


def export(folder: Path) -> tuple[float, float]:
    """
    Export, and return the seconds and the greatest memory of all processes together, in MB.
    """
    command = [sys.executable, "-m", "organizer", "--project", "demo-bench", "export"]
    command += [str(folder / "names.csv"), "--key", str(folder / "key.pem")]
    start = time.monotonic()
    running = subprocess.Popen(command, start_new_session=True)
    greatest = 0.0
    while running.poll() is None:
        greatest = max(greatest, group_megabytes(running.pid))
        time.sleep(0.2)
    return time.monotonic() - start, greatest


def group_megabytes(leader: int) -> float:
    """
    Add up the resident memory of a process and all that it started.
    """
    listed = subprocess.run(
        ["ps", "-o", "rss=", "-g", str(leader)], capture_output=True, text=True, check=False
    )
    return sum(map(int, listed.stdout.split())) / 1024


if __name__ == "__main__":
    sys.exit(main())
