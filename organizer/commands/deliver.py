"""`deliver`: the one ceremony, at which trustees meet once and everything is handed over."""

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from petition.documents import Status
from petition.seal import decode_public_key
from petition.tally import status

from organizer import CannotDo
from organizer.browser import find_browser
from organizer.connection import Connection
from organizer.news.stamps import STOPPED, Stamps, StoppedOption
from organizer.news.subscribers import TOLD, choose, write_lists
from organizer.pepper import SECRET, PepperOption, SecretOption, read_pepper
from organizer.reporting.delivery import (
    explain,
    write_contested_names,
    write_names,
    write_totals,
    write_unread,
)
from organizer.reporting.figures import Figures, figure
from organizer.reporting.report import NO_BROWSER, print_pdf, write
from organizer.reporting.review import look_through
from organizer.session import connect
from organizer.signatures.audit import describe
from organizer.signatures.database import Database
from organizer.signatures.decisions import DecisionsOption, read_decisions
from organizer.signatures.gathering import Gathered, gather
from organizer.signatures.proof import CheckOption, announced_keys, prove
from organizer.signatures.rows import Format
from organizer.signatures.withholding import Withheld, WithholdOption, read_withheld
from organizer.terminal import JsonOption, confirm, emit, patience, say, tidy_ending
from organizer.trustees.fingerprint import fingerprint
from organizer.trustees.private_key import KeyOption, KeyShareOption, read_keys, write_secret
from organizer.trustees.typed import type_keys

HOUR = 3600.0  # seconds; ours: what was opened waits no longer for whoever looks through it
SPACE = 100_000_000  # octets; ours: a report, its print and the browser's own files
SPACE_EACH = 2_000  # octets; ours: a name in four files, an address in two

HAND_OVER = "hand-over"
KEEP = "keep"  # for organizers alone

FolderArgument = Annotated[Path, typer.Argument(help="The folder to make, such as delivery.")]
YesOption = Annotated[
    bool, typer.Option("--yes", help="Do not ask, and write the names without a look at them.")
]


@dataclass(frozen=True)
class Delivery:
    """
    Where it goes, and what is left out of it.

    Args:
        folder: It has two parts: what leaves organizers' hands, and what does not.
        stopped: Who asked to hear no more.
    """

    folder: Path
    connection: Connection
    database: Database
    stopped: Stamps
    pdf: bool


def deliver(
    context: typer.Context,
    folder: FolderArgument,
    key_files: KeyOption = None,
    key_share_files: KeyShareOption = None,
    check: CheckOption = None,
    pepper: PepperOption = None,
    secret: SecretOption = SECRET,
    decisions: DecisionsOption = None,
    withhold: WithholdOption = None,
    stopped: StoppedOption = STOPPED,
    pdf: Annotated[
        bool, typer.Option("--pdf/--no-pdf", help="Print the report as well, by Chromium.")
    ] = True,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """
    Bring the trustees together once: report, names, addresses for news and audit in one pass.

    All that could fail is looked at before anybody types. Then trustee after trustee types their
    words, and everything is opened, in memory alone. You look through the names, and only then
    is anything written: one part to hand over, another to keep.
    """
    decided, withheld = read_decisions(decisions), read_withheld(withhold)
    connection, database = connect(context)
    delivery = Delivery(folder, connection, database, Stamps(stopped), pdf)
    with _new_folder(folder):
        _tell_state(delivery, yes=yes)
        if check:
            read_pepper(connection, pepper, secret)
        keys = read_keys(key_files, key_share_files, words=False) or type_keys(several=True)
        opening = prove(connection, database, keys, check, pepper, secret)
        gathered = gather(database, opening, decided)
        keys.clear()
        if not yes and (gathered.names or gathered.contested):
            with patience(HOUR):
                withheld = look_through(gathered, folder, withheld)
        gathered.withhold(withheld)
        numbers = _write(delivery, gathered, withheld)
    if as_json:
        emit(numbers)
    if pdf:
        print_pdf(folder / HAND_OVER / "report.html")


def _tell_state(delivery: Delivery, *, yes: bool) -> None:
    published = delivery.database.published()
    campaign = delivery.connection.read_campaign()
    signatures = delivery.database.tally().signatures
    free = shutil.disk_usage(delivery.folder).free
    if free < SPACE + SPACE_EACH * signatures:
        raise CannotDo(
            f"{free / 1e6:,.0f} MB are free there, and {signatures:,} signatures may need "
            f"{(SPACE + SPACE_EACH * signatures) / 1e6:,.0f}: choose another disk."
        )
    if delivery.pdf and find_browser() is None:
        say(NO_BROWSER)
    for key in sorted(announced_keys()):
        say(f"The page was told to seal to {fingerprint(decode_public_key(key))}.")
    if status(published, campaign, dt.datetime.now(dt.UTC)) is Status.CLOSED:
        say(f"It is closed, with {signatures:,} signatures.", style="green")
        return
    say(
        f"It is still open, with {signatures:,} signatures: this delivery and a later one would "
        "tell together who signed in between.",
        style="red",
    )
    confirm("deliver it all the same", "open", given=yes)


@contextmanager
def _new_folder(folder: Path) -> Iterator[None]:
    # Whatever stops it, nothing that was opened is left behind.
    try:
        folder.mkdir(mode=0o700)
        (folder / ".gitignore").write_text("*\n")
    except FileExistsError:
        raise CannotDo(f"{folder} is there already; name one that is not.") from None
    except OSError as error:
        raise CannotDo(f"{folder} cannot be made: {error.strerror}.") from None
    try:
        with tidy_ending():
            yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _write(delivery: Delivery, gathered: Gathered, withheld: Withheld) -> dict[str, int]:
    figures = figure(delivery.database, gathered)
    _write_for_others(delivery, figures)
    told = _write_for_organizers(delivery, gathered, withheld)
    hand_over, keep = delivery.folder / HAND_OVER, delivery.folder / KEEP
    say(f"{hand_over}/ is to be handed over: {len(figures.names):,} names, the report, totals.")
    say(f"{keep}/ is for you alone: the audit, {told:,} addresses for news, what was left out.")
    contested = keep / "contested.jsonl"
    for sentence in explain(gathered.left_out, contested, checked=gathered.checked):
        say(sentence)
    return {"written": len(figures.names), "news": told, **gathered.left_out}


def _write_for_others(delivery: Delivery, figures: Figures) -> None:
    folder = delivery.folder / HAND_OVER
    folder.mkdir(mode=0o700)
    page = write(delivery.connection.read_campaign(), figures, delivery.database.published())
    write_secret(folder / "report.html", page.encode())
    write_names(folder / "names.csv", figures.names, Format.CSV, bom=True)
    write_totals(folder / "totals.json", figures)


def _write_for_organizers(delivery: Delivery, gathered: Gathered, withheld: Withheld) -> int:
    folder = delivery.folder / KEEP
    news = folder / "news"
    for path in (folder, news):
        path.mkdir(mode=0o700)
    audit = describe(gathered.found) | {"left_out": gathered.left_out}
    write_secret(folder / "audit.json", (json.dumps(audit, indent=2) + "\n").encode())
    write_secret(folder / "withheld.txt", withheld.write().encode())
    write_contested_names(folder / "contested.jsonl", gathered)
    write_unread(folder / "unread.txt", gathered)
    petition, languages = (
        delivery.connection.petition,
        delivery.connection.read_campaign().languages,
    )
    people, _ = choose(
        gathered.subscribers, petition, languages, Stamps(news / TOLD), delivery.stopped
    )
    write_lists(news, petition, people)
    return len(people)
