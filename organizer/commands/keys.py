"""`keys`: the key pair that claims are sealed to, split among trustees, and the envelope's."""

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric import ec
from petition.seal import (
    Consent,
    Contents,
    SealError,
    decode_public_key,
    encode_private_key,
    encode_public_key,
    open_box,
    seal,
)

from organizer import MISUNDERSTOOD, CannotDo
from organizer.connection import check_petition, find_connection
from organizer.terminal import say, show
from organizer.trustees.fingerprint import fingerprint
from organizer.trustees.key_shares import MAX_TRUSTEES, split
from organizer.trustees.private_key import (
    KeyOption,
    KeyShareOption,
    WordsOption,
    read_keys,
    write_key,
    write_secret,
)
from organizer.trustees.sheet import Heading, write_html, write_text
from organizer.vault import ENVELOPE_SECRET, SECRET_MANAGER, SecretManagerOption, Vault

keys = typer.Typer(
    no_args_is_help=True, help="Make the key that names are sealed to, and check who can open it."
)


_TEST_CONTENTS = Contents("A friend", "friend@example.org", "友", Consent(delivery=True))


class Sheet(StrEnum):
    """How a sheet is written."""

    TEXT = "text"
    HTML = "html"


TrusteesOption = Annotated[
    int | None, typer.Option(min=2, max=MAX_TRUSTEES, help="How many get a key share.")
]
QuorumOption = Annotated[
    int | None, typer.Option(min=2, max=MAX_TRUSTEES, help="How many of them open a name.")
]
SingleOption = Annotated[
    Path | None, typer.Option(help="Write the whole private key into this file instead.")
]
FolderOption = Annotated[
    Path, typer.Option(help="Where the sheets are written; best a disk in memory.")
]
SheetOption = Annotated[Sheet, typer.Option(help="Plain text, or a page to print from a browser.")]


@keys.command("new")
def new(
    context: typer.Context,
    trustees: TrusteesOption = None,
    quorum: QuorumOption = None,
    single: SingleOption = None,
    folder: FolderOption = Path("key-shares"),
    sheet: SheetOption = Sheet.TEXT,
) -> None:
    """
    Make a key pair on this computer, and print the public key as a line for Terraform.

    The private key is split into words, a sheet for each trustee; it is itself written nowhere.
    Take the network away first, print the sheets, hand them over, and destroy the files.
    """
    petition = _petition(context)
    key = ec.generate_private_key(ec.SECP256R1())
    if single:
        if trustees or quorum:
            raise CannotDo("Use either --single, or --trustees and --quorum.", MISUNDERSTOOD)
        _prove(key, petition)
        write_key(single, key)
        say(f"{single} holds the private key: whoever reads it reads every name.")
    elif not trustees or not quorum or quorum > trustees:
        raise CannotDo(
            "Say how many trustees there are and how many of them open a name, as in "
            "--trustees 5 --quorum 3, or --single FILE for one plain key file.",
            MISUNDERSTOOD,
        )
    else:
        _prove(key, petition)
        name = fingerprint(key.public_key())
        _write_sheets(folder, key, Heading(petition, name, 0, trustees, quorum), sheet)
    say(f"This is the key {fingerprint(key.public_key())}.")
    show(f'seal_public_key = "{encode_public_key(key.public_key())}"')


@keys.command("check")
def check(
    context: typer.Context,
    key_files: KeyOption = None,
    key_share_files: KeyShareOption = None,
    words: WordsOption = False,
    public_key: Annotated[
        str | None, typer.Option(help="The public key that it must belong to.")
    ] = None,
) -> None:
    """
    Prove that a key file or a set of key shares opens what is sealed, without touching any data.

    A test is sealed and opened; the public key is printed, to be compared with the page's.
    """
    petition = _petition(context)
    found = read_keys(key_files, key_share_files, words)
    if not found:
        raise CannotDo(
            "Give --key FILE, --key-share FILE for each trustee, or --words.", MISUNDERSTOOD
        )
    for key in found:
        _prove(key, petition)
    say("It opens what is sealed to this public key:", style="green")
    for key in found:
        say(f"Key {fingerprint(key.public_key())}:")
        show(f'seal_public_key = "{encode_public_key(key.public_key())}"')
    if public_key and not any(_is_of(key, public_key) for key in found):
        raise CannotDo("This is not the private key of the public key that you named.")


@keys.command("envelope")
def envelope(
    context: typer.Context,
    secret: Annotated[
        str, typer.Option(help="The secret that holds the private half, for sign alone.")
    ] = ENVELOPE_SECRET,
    file: Annotated[
        Path | None, typer.Option(help="Write the private half into this file instead.")
    ] = None,
    secret_manager: SecretManagerOption = SECRET_MANAGER,
) -> None:
    """
    Make the key pair of the envelope, in which a form is sealed to sign itself.

    The private half goes into Secret Manager as a new version of a secret, which is made if it
    is not there; the public half and the version are printed as a line for Terraform. Whoever
    carries an envelope then learns nothing, and sign opens it.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    private = encode_private_key(key)
    if file:
        write_secret(file, private.encode())
        version = "1"
        say(
            f"{file} holds the private half. Store it, put the number that is printed in the "
            f"place of version, and destroy the file: "
            f"gcloud secrets versions add {secret} --data-file={file}"
        )
    else:
        connection = find_connection(**context.obj)
        say(connection.description, style="dim")
        if connection.local:
            raise CannotDo(
                "The local run makes its own, and has no Secret Manager. Name a project, or "
                "write the private half by --file.",
                MISUNDERSTOOD,
            )
        version = Vault(connection.project, secret, secret_manager).add(private)
        say(f"Version {version} of the secret {secret} holds the private half.")
    public = encode_public_key(key.public_key())
    show(f'envelope = {{ public_key = "{public}", version = "{version}" }}')


def _petition(context: typer.Context) -> str:
    petition: str = context.obj["petition"]
    check_petition(petition)
    return petition


def _is_of(key: ec.EllipticCurvePrivateKey, public_key: str) -> bool:
    try:
        return decode_public_key(public_key) == key.public_key()
    except ValueError:
        raise CannotDo("That is not a public key: 87 characters, beginning with B.") from None


def _prove(key: ec.EllipticCurvePrivateKey, petition: str) -> None:
    try:
        opened = open_box(seal(_TEST_CONTENTS, petition, key.public_key()), petition, key)
    except SealError:
        opened = None
    if opened != _TEST_CONTENTS:
        raise CannotDo("The key does not open what is sealed to it; do not use it.")


def _write_sheets(
    folder: Path, key: ec.EllipticCurvePrivateKey, heading: Heading, sheet: Sheet
) -> None:
    write, ending = (write_html, "html") if sheet is Sheet.HTML else (write_text, "txt")
    trustees, quorum = heading.trustees, heading.quorum
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if others := sorted(path.name for path in folder.glob("key-share-*")):
        raise CannotDo(
            f"{folder}/ holds sheets of another key already, such as {others[0]}: nothing was "
            "made. Name another --folder, or destroy them first."
        )
    written: list[Path] = []
    try:
        for number, words in enumerate(split(key, trustees, quorum), 1):
            text = write(words, replace(heading, number=number))
            path = folder / f"key-share-{number}-of-{trustees}.{ending}"
            write_secret(path, text.encode())
            written.append(path)
    except BaseException:  # Also Ctrl-C: some sheets of a key that nobody keeps are a trap.
        for path in written:
            path.unlink()
        raise
    say(
        f"{folder}/ holds {trustees} sheets; any {quorum} of them open every name. "
        "Print each alone, hand it over, and destroy the files."
    )
