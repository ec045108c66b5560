"""`news`: tells those who asked for it what became of the people, and keeps no address."""

import os
from pathlib import Path
from typing import Annotated

import typer
from petition.address import AddressError
from petition.claim import identify, tag_address

from organizer import MISUNDERSTOOD, CannotDo
from organizer.news.letter import Letter, check_page, read_sender, read_texts
from organizer.news.mailing import Mailing
from organizer.news.post import Post, Server
from organizer.news.stamps import STOPPED, Purpose, Stamps, StoppedOption, make_stamp
from organizer.news.subscribers import (
    TOLD,
    choose,
    find_lists,
    read_people,
    remove_lists,
    write_lists,
)
from organizer.pepper import SECRET, PepperOption, SecretOption, read_pepper
from organizer.session import connect
from organizer.signatures.gathering import gather
from organizer.signatures.proof import CheckOption, prove
from organizer.terminal import JsonOption, YesOption, ask, ask_secret, confirm, emit, say
from organizer.trustees.private_key import KeyOption, KeyShareOption, WordsOption, read_keys

news = typer.Typer(
    no_args_is_help=True, help="Tell those who asked for it what became of the people."
)

FolderArgument = Annotated[
    Path, typer.Argument(help="The folder of this news: its texts, lists and stamps.")
]
ServerOption = Annotated[
    str, typer.Option(help="The mail server: smtps://USER@HOST, or smtp://USER@HOST.")
]
SenderOption = Annotated[
    str, typer.Option(help='Who writes, as in "Friends <news@example.org>"; replies go there.')
]
PageOption = Annotated[
    str, typer.Option(help="The address of the page on which a receipt withdraws a signature.")
]
PreviewOption = Annotated[
    str, typer.Option(help="Your own address: the mails come to you first, one in each language.")
]
PaceOption = Annotated[float, typer.Option(min=0.1, help="How many mails a minute.")]
ConfirmOption = Annotated[
    int | None, typer.Option("--confirm", help="How many are told, instead of typing it.")
]


@news.command("export")
def export_addresses(
    context: typer.Context,
    folder: FolderArgument,
    key_files: KeyOption = None,
    key_share_files: KeyShareOption = None,
    words: WordsOption = False,
    check: CheckOption = None,
    pepper: PepperOption = None,
    secret: SecretOption = SECRET,
    stopped: StoppedOption = STOPPED,
    as_json: JsonOption = False,
) -> None:
    """
    Write the addresses of those who asked for news, a list for each language.

    Whoever withdrew, was told this news already or asked to hear no more is not in it. The lists
    are ready for a mailing tool, and for `news send`.
    """
    if lists := find_lists(folder):
        raise CannotDo(f"{lists[0]} is there already: send it first, or remove it.")
    keys = read_keys(key_files, key_share_files, words)
    if not keys:
        raise CannotDo("That needs the key: --key, --key-share or --words.", MISUNDERSTOOD)
    connection, database = connect(context)
    stamps = Stamps(folder / TOLD), _read_stopped(stopped)
    gathered = gather(database, prove(connection, database, keys, check, pepper, secret))
    languages = connection.read_campaign().languages
    people, left_out = choose(gathered.subscribers, connection.petition, languages, *stamps)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_lists(folder, connection.petition, people)
    say(f"{folder}/ holds {len(people):,} addresses of people who asked for news.")
    if not gathered.checked:
        say("They were not checked against the addresses that signed; --check does.")
    if as_json:
        emit({"written": len(people), **left_out})


@news.command("send")
def send(
    context: typer.Context,
    folder: FolderArgument,
    server: ServerOption,
    sender: SenderOption,
    page: PageOption,
    preview: PreviewOption,
    pace: PaceOption = 60,
    stopped: StoppedOption = STOPPED,
    confirmed: ConfirmOption = None,
    as_json: JsonOption = False,
) -> None:
    """
    Mail the news to everybody in the lists, one mail a person, and forget the lists.

    The texts are LANGUAGE.txt in the folder. First the mails come to you, and you are asked. Run
    it again after an interruption, and it goes on where it was. It needs no key; whoever withdrew
    meanwhile is not told.
    """
    target = Server.parse(server)
    connection, database = connect(context)
    people = read_people(folder, connection.petition)
    languages = list(dict.fromkeys(person.language for person in people))
    texts = read_texts(folder, languages)
    letter = Letter(read_sender(sender), connection.read_campaign(), check_page(page), texts)
    post = Post(target, _read_password(target))
    told = Stamps(folder / TOLD)
    mailing = Mailing(letter, post, database, told, _read_stopped(stopped), pace)
    waiting = mailing.waiting(people)
    try:
        if waiting:
            mailing.preview(preview, languages)
            say(f"Read the {len(languages)} mails that went to your own address.")
            _ask_to_tell(len(waiting), pace, confirmed)
        numbers = mailing.send(waiting)
    finally:
        post.close()
    if as_json:
        emit(numbers)
    say(f"{numbers['sent']:,} were told; {numbers['refused']:,} mailboxes refused it.")
    if numbers["later"]:
        say(f"{numbers['later']:,} are to be tried again: run the same later.")
        return
    _forget(folder, told)


@news.command("told")
def note_told(
    context: typer.Context,
    folder: FolderArgument,
    yes: YesOption = False,
) -> None:
    """Note that everybody in the lists was told by other means, and remove the lists."""
    connection, _ = connect(context)
    people, told = read_people(folder, connection.petition), Stamps(folder / TOLD)
    confirm(f"note that {len(people):,} people were told, and forget them", "told", given=yes)
    for person in people:
        told.add(make_stamp(Purpose.TOLD, connection.petition, person.signer))
    _forget(folder, told)


@news.command("stop")
def stop(
    context: typer.Context,
    pepper: PepperOption = None,
    secret: SecretOption = SECRET,
    stopped: StoppedOption = STOPPED,
) -> None:
    """
    Note that somebody who answered a mail wants to hear no more; what they signed stays.

    Their address is asked for, so that it stays out of the shell's history, and only a stamp of it
    is kept, which needs the pepper.
    """
    connection, _ = connect(context)
    try:
        tag = tag_address(ask("The e-mail address:"), connection.petition)
    except AddressError:
        raise CannotDo("That is not an e-mail address.") from None
    signer = identify(tag, connection.petition, read_pepper(connection, pepper, secret))
    Stamps(stopped).add(make_stamp(Purpose.STOPPED, connection.petition, signer))
    say(f"They hear no more, in whatever list they are; {stopped} remembers it, and names none.")


def _read_stopped(path: Path) -> Stamps:
    if not path.exists():
        say(
            f"There is no {path}, so nobody asked to hear no more; name it by --stopped if it is "
            "elsewhere."
        )
    return Stamps(path)


def _ask_to_tell(people: int, pace: float, confirmed: int | None) -> None:
    say(f"At {pace:g} a minute, the others take {_duration(people / pace)}.")
    confirm(f"tell {people} people", str(people), given=confirmed == people)


def _duration(minutes: float) -> str:
    return f"{minutes / 60:.0f} hours" if minutes > 90 else f"{max(1, round(minutes))} minutes"


def _forget(folder: Path, told: Stamps) -> None:
    remove_lists(folder)
    say(f"The lists of addresses are removed; {told.path} remembers who was told, and names none.")


def _read_password(server: Server) -> str:
    if not server.user:
        return ""
    return os.environ.get("SMTP_PASSWORD") or ask_secret(f"The password of {server.user}:")
