"""News: told once to each who asked for it and to nobody else, by a real mail server."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from google.cloud import firestore
from petition.campaign import load_campaigns

from dev.ports import free_port
from organizer import CannotDo
from organizer.news.letter import PHRASES, read_sender
from organizer.news.post import Outcome, Post, Server
from organizer.news.stamps import Purpose, Stamps, make_stamp
from organizer.news.subscribers import as_mail_takes_it, choose
from organizer.signatures.gathering import Subscriber
from tests.organizer.conftest import PETITION, Command, Forged, Signers, claim_of, receipt_of
from tests.organizer.mail_server import (
    PASSWORD,
    MailServer,
    make_certificate,
    running_mail_server,
)

LANGUAGES = load_campaigns()[PETITION].languages
ME = "me@example.org"


@pytest.fixture
def server() -> Iterator[MailServer]:
    """Run a mail server that asks for no user."""
    with running_mail_server() as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write the news in every language."""
    folder = tmp_path / "free"
    folder.mkdir()
    for language in LANGUAGES:
        (folder / f"{language}.txt").write_text(f"{language}: 自由\n\nThey are free.\n", "utf-8")
    return folder


@pytest.fixture
def export(organizer: Command, key_file: Path, folder: Path, tmp_path: Path) -> list[str | Path]:
    """Return the command that writes the lists."""
    stopped = ("--stopped", tmp_path / "news.stopped")
    return ["news", "export", folder, "--key", key_file, "--json", *stopped]


@pytest.fixture
def send(folder: Path, server: MailServer, tmp_path: Path) -> list[str | Path]:
    """Return the command that sends, as fast as it goes."""
    options = ["--server", server.url, "--sender", "Friends <news@example.org>", "--preview", ME]
    options += ["--page", "https://savemyfriend.example.org/withdraw.html", "--pace", "60000"]
    return ["news", "send", folder, *options, "--stopped", tmp_path / "news.stopped"]


def read_mail() -> EmailMessage:
    """Return a mail to nobody in particular."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "news@example.org", "ada@example.org"
    mail.set_content("They are free.")
    return mail


def told(server: MailServer) -> list[str]:
    """Return who got a mail, but for the previews."""
    return sorted(recipient for recipient in server.recipients if recipient != ME)


def test_only_those_are_listed_who_asked_for_news_in_all_their_claims(
    organizer: Command, signers: Signers, export: list[str | Path], folder: Path
) -> None:
    signers.sign("Ada", address="ada@example.org", news=True)
    signers.sign("Bob", address="bob@example.org", news=True, language="en")
    signers.sign("Silent", address="silent@example.org", delivery=True)
    signers.sign("Twice", address="twice@example.org", news=True)
    signers.sign("Twice", address="twice@example.org", again="without the tick")
    signers.sign("Gone", address="gone@example.org", news=True)
    organizer("withdraw", "receipt", "--yes", typed=[receipt_of("gone@example.org")])

    said = organizer(*export)

    assert said.code == 0, said.err
    assert json.loads(said.out) == {"written": 2, "told": 0, "stopped": 0, "unusable": 0}
    assert (folder / "ko.csv").read_text() == '"email"\n"ada@example.org"\n'
    assert (folder / "en.csv").read_text() == '"email"\n"bob@example.org"\n'
    assert not (folder / "zh-Hans.csv").exists()
    assert {path.stat().st_mode & 0o777 for path in folder.glob("*.[cj]s*")} == {0o600}
    assert "example.org" not in said.err


def test_each_gets_one_mail_of_their_own_in_their_language(
    organizer: Command,
    signers: Signers,
    export: list[str | Path],
    send: list[str | Path],
    server: MailServer,
    folder: Path,
) -> None:
    signers.sign("Ada", address="ada@example.org", news=True)
    signers.sign("Bob", address="bob@example.org", news=True, language="en")
    organizer(*export)

    said = organizer(*send, typed=["2"])

    assert said.code == 0, said.err
    assert told(server) == ["ada@example.org", "bob@example.org"]
    assert server.recipients.count(ME) == 2
    assert server.recipients[:2] == [ME, ME], "The previews go first."
    mail = server.mails[server.recipients.index("bob@example.org")]
    assert mail["To"] == "bob@example.org"
    assert mail["From"] == "Friends <news@example.org>"
    assert mail["Subject"] == "en: 自由"
    assert mail["List-Unsubscribe"] == "<mailto:news@example.org?subject=stop>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert not mail["Cc"] and not mail["Bcc"]
    text = mail.get_content()
    assert text.startswith("They are free.")
    assert "answer this mail with the word stop; no account is needed" in text
    assert "https://savemyfriend.example.org/withdraw.html" in text
    korean = server.mails[server.recipients.index("ada@example.org")].get_content()
    assert "답장해 주세요" in korean
    assert len({mail["Message-ID"] for mail in server.mails}) == len(server.mails)


def test_afterwards_no_address_is_left_and_nobody_is_told_again(
    organizer: Command,
    signers: Signers,
    export: list[str | Path],
    send: list[str | Path],
    server: MailServer,
    folder: Path,
) -> None:
    signers.sign("Ada", address="ada@example.org", news=True)
    organizer(*export)
    organizer(*send, typed=["1"])

    left = {path.name for path in folder.iterdir()} - {f"{x}.txt" for x in LANGUAGES}
    assert left == {"told.stamps"}
    assert "ada" not in (folder / "told.stamps").read_text()
    signers.sign("Bob", address="bob@example.org", news=True)
    again = organizer(*export)
    organizer(*send, "--confirm", "1")

    assert json.loads(again.out) == {"written": 1, "told": 1, "stopped": 0, "unusable": 0}
    assert told(server) == ["ada@example.org", "bob@example.org"]


def test_nobody_is_told_before_the_preview_is_confirmed(
    organizer: Command,
    signers: Signers,
    export: list[str | Path],
    send: list[str | Path],
    server: MailServer,
    folder: Path,
) -> None:
    signers.sign("Ada", address="ada@example.org", news=True)
    organizer(*export)

    said = organizer(*send, typed=["2"])

    assert said.code == 3
    assert server.recipients == [ME]
    assert (folder / "ko.csv").exists()


def test_who_withdraws_or_stops_after_the_export_is_not_told(
    organizer: Command,
    signers: Signers,
    export: list[str | Path],
    send: list[str | Path],
    server: MailServer,
    tmp_path: Path,
) -> None:
    for name in ("ada", "bob", "eve"):
        signers.sign(name, address=f"{name}@example.org", news=True)
    organizer(*export)
    (tmp_path / "pepper").write_text(signers.keys.pepper)
    stop = ["news", "stop", "--pepper", tmp_path / "pepper"]
    stop += ["--stopped", tmp_path / "news.stopped"]

    organizer("withdraw", "receipt", "--yes", typed=[receipt_of("ada@example.org")])
    stopped = organizer(*stop, typed=["Bob@Example.org"])
    said = organizer(*send, "--json", typed=["2"])

    assert stopped.code == 0, stopped.err
    assert "bob" not in (tmp_path / "news.stopped").read_text().lower()
    assert json.loads(said.out) == {"sent": 1, "refused": 0, "later": 0, "withdrawn": 1}
    assert told(server) == ["eve@example.org"]
    signers.sign("Dan", address="dan@example.org", news=True)
    again = json.loads(organizer(*export).out)
    assert (again["written"], again["stopped"], again["told"]) == (1, 1, 1)


def test_a_mailbox_that_refuses_is_left_alone_and_one_that_is_full_is_tried_again(
    organizer: Command,
    signers: Signers,
    export: list[str | Path],
    send: list[str | Path],
    server: MailServer,
    folder: Path,
) -> None:
    for name in ("ada", "bob", "eve"):
        signers.sign(name, address=f"{name}@example.org", news=True)
    organizer(*export)
    server.answers = {
        "ada@example.org": "550 no such user ada@example.org",
        "bob@example.org": "452 mailbox full",
    }
    first = organizer(*send, "--json", typed=["3"])
    kept = (folder / "people.jsonl").exists()
    server.answers = {}

    again = organizer(*send, "--json", typed=["1"])

    assert json.loads(first.out) == {"sent": 1, "refused": 1, "later": 1}
    assert "example.org" not in first.err.replace("savemyfriend.example.org", "")
    assert kept
    assert json.loads(again.out) == {"sent": 1, "refused": 0, "later": 0}
    assert told(server) == ["bob@example.org", "eve@example.org"]
    assert not (folder / "people.jsonl").exists()


def test_a_server_that_takes_no_mail_is_not_pressed(
    organizer: Command,
    forged: Forged,
    signers: Signers,
    export: list[str | Path],
    send: list[str | Path],
    server: MailServer,
) -> None:
    names = [f"friend{i}" for i in range(9)]
    for name in names:
        signers.sign(name, address=f"{name}@example.org", news=True)
    organizer(*export)
    server.answers = {f"{name}@example.org": "451 slow down" for name in names}

    said = organizer(*send, "--confirm", "9")

    assert said.code == 4
    assert "takes no mails for now; 0 were sent" in said.err
    assert told(server) == []


def test_a_server_that_refuses_the_mail_itself_stops_the_preview(
    organizer: Command,
    signers: Signers,
    export: list[str | Path],
    send: list[str | Path],
    server: MailServer,
) -> None:
    signers.sign("Ada", address="ada@example.org", news=True)
    organizer(*export)
    server.refusal = "554 looks like spam"

    said = organizer(*send, "--confirm", "1")

    assert said.code == 1
    assert "did not take the preview" in said.err


def test_a_killed_sending_goes_on_without_gap_and_a_double_is_the_same_mail(
    organizer: Command,
    in_process: tuple[list[str], dict[str, str]],
    signers: Signers,
    export: list[str | Path],
    send: list[str | Path],
    server: MailServer,
    folder: Path,
) -> None:
    names = [f"friend{i}@example.org" for i in range(40)]
    for name in names:
        signers.sign("A friend", address=name, news=True)
    organizer(*export)
    program, env = in_process
    command = [*program, *map(str, send), "--confirm", "40"]
    running = subprocess.Popen(command, env=env, start_new_session=True, stderr=subprocess.PIPE)
    while len(told(server)) < 5:
        assert running.poll() is None
        time.sleep(0.01)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    first = len(told(server))
    with (folder / "told.stamps").open("a") as stamps:
        stamps.write("torn")

    left = len((folder / "told.stamps").read_text().splitlines()) - 1  # without the torn one
    said = organizer(*send, "--json", "--confirm", str(40 - left))

    assert 5 <= first < 40
    assert said.code == 0, said.err
    assert sorted(set(told(server))) == sorted(names)
    assert len(told(server)) <= 41
    mails = zip(server.recipients, server.mails, strict=True)
    ids = {(name, mail["Message-ID"]) for name, mail in mails if name != ME}
    assert len(ids) == 40


def test_a_mailbox_in_any_script_is_told(
    organizer: Command,
    signers: Signers,
    export: list[str | Path],
    send: list[str | Path],
    server: MailServer,
) -> None:
    signers.sign("김", address="김민수@예시.example", news=True)
    organizer(*export)

    said = organizer(*send, "--confirm", "1")

    assert said.code == 0, said.err
    assert told(server) == ["김민수@xn--vv4b11d.example"]


def test_a_server_that_does_not_answer_is_told_at_once(
    organizer: Command, signers: Signers, export: list[str | Path], send: list[str | Path]
) -> None:
    signers.sign("Ada", address="ada@example.org", news=True)
    organizer(*export)
    send[send.index("--server") + 1] = f"smtp://localhost:{free_port()}"

    said = organizer(*send, "--confirm", "1")

    assert said.code == 4
    assert "does not answer" in said.err


@pytest.mark.parametrize("text", ["ada@example.org\n", "a note\n", f"{'x' * 43}\nnot one\n"])
def test_a_file_that_is_not_of_stamps_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "notes"
    path.write_text(text)

    with pytest.raises(CannotDo, match="not a file of stamps"):
        Stamps(path)

    assert path.read_text() == text


def test_a_list_is_not_sent_from_another_database(
    organizer: Command,
    signers: Signers,
    export: list[str | Path],
    send: list[str | Path],
    server: MailServer,
    petition: firestore.DocumentReference,
    folder: Path,
) -> None:
    signers.sign("Ada", address="ada@example.org", news=True)
    organizer(*export)
    petition.collection("claims").document(claim_of("ada@example.org")).delete()

    said = organizer(*send, "--confirm", "1")

    assert said.code == 1
    assert "No claim of the first 1 people" in said.err
    assert server.recipients == []
    assert (folder / "people.jsonl").exists()


def test_a_list_of_another_petition_is_refused(
    organizer: Command, folder: Path, send: list[str | Path]
) -> None:
    row = {"petition": "another", "signer": "s", "claim": "c", "email": ME, "language": "en"}
    (folder / "people.jsonl").write_text(json.dumps(row) + "\n")

    said = organizer(*send, "--confirm", "1")

    assert said.code == 1
    assert "of another petition" in said.err


def test_a_text_that_is_missing_is_asked_for_before_anything_is_sent(
    organizer: Command,
    signers: Signers,
    export: list[str | Path],
    send: list[str | Path],
    server: MailServer,
    folder: Path,
) -> None:
    signers.sign("Ada", address="ada@example.org", news=True)
    organizer(*export)
    (folder / "ko.txt").write_text("Only a subject\n")

    said = organizer(*send, "--confirm", "1")

    assert said.code == 1
    assert f"{folder / 'ko.txt'}" in said.err
    assert server.recipients == []


def test_lists_that_a_mailing_tool_has_sent_are_forgotten(
    organizer: Command, signers: Signers, export: list[str | Path], folder: Path
) -> None:
    signers.sign("Ada", address="ada@example.org", news=True)
    organizer(*export)
    blocked = organizer(*export)

    said = organizer("news", "told", folder, typed=["told"])

    assert blocked.code == 1
    assert said.code == 0, said.err
    assert not list(folder.glob("*.csv"))
    assert json.loads(organizer(*export).out)["told"] == 1


@pytest.mark.parametrize("implicit", [True, False], ids=["from the first octet", "by STARTTLS"])
def test_a_user_logs_in_over_tls_and_only_to_a_server_that_proves_who_it_is(
    implicit: bool,
    organizer: Command,
    signers: Signers,
    export: list[str | Path],
    send: list[str | Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    signers.sign("Ada", address="ada@example.org", news=True)
    organizer(*export)
    certificate = make_certificate(tmp_path / "server.pem")
    monkeypatch.setenv("SMTP_PASSWORD", PASSWORD)
    with running_mail_server(certificate=certificate, implicit=implicit) as server:
        send[send.index("--server") + 1] = server.url
        unproved = organizer(*send, "--confirm", "1")
        asked = list(server.users)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        monkeypatch.setenv("SMTP_PASSWORD", "wrong")
        wrong = organizer(*send, "--confirm", "1")
        monkeypatch.setenv("SMTP_PASSWORD", PASSWORD)
        said = organizer(*send, "--confirm", "1")

    assert unproved.code == 4
    assert "cannot prove who it is" in unproved.err
    assert asked == []
    assert wrong.code == 1
    assert "refuses this user or password" in wrong.err
    assert said.code == 0, said.err
    assert told(server) == ["ada@example.org"]


def test_a_server_elsewhere_must_encrypt(server: MailServer) -> None:
    here = Server.parse(server.url)
    elsewhere = Server(here.host, here.port, implicit=False, encrypted=True)

    with pytest.raises(CannotDo, match="offers no encryption"):
        Post(elsewhere, "").send(read_mail())
    post = Post(here, "")
    assert post.send(read_mail()) is Outcome.SENT
    post.close()
    assert Server.parse("smtp://mail.example.org").encrypted
    assert Server.parse("smtps://a%40b@mail.example.org") == Server(
        "mail.example.org", 465, implicit=True, encrypted=True, user="a@b"
    )


@pytest.mark.parametrize(
    "url", ["mail.example.org", "https://mail.example.org", "smtp://u:secret@mail.example.org", ""]
)
def test_what_is_no_server_is_not_understood_and_a_password_is_not_repeated(url: str) -> None:
    with pytest.raises(CannotDo) as told:
        Server.parse(url)

    assert told.value.exit_code == 2
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("sender", ["", "Friends", "Friends <news@>", "a@b\nBcc: c@d", "ä@b.org"])
def test_what_is_no_sender_is_not_understood(sender: str) -> None:
    with pytest.raises(CannotDo):
        read_sender(sender)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        (" Ada+news@Example.ORG ", "Ada+news@example.org"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ａｄａ@example.org", "ada@example.org"),
        ("ada@example.org\r\nBcc: all@example.org", None),
        ("ada@example.org, eve@example.org", None),
        ("=1+1@example.org", None),
        ("ada", None),
    ],
)
def test_an_address_is_written_as_mail_takes_it_or_not_at_all(typed: str, sent: str | None) -> None:
    assert as_mail_takes_it(typed) == sent


def test_an_address_is_told_once_and_in_a_language_of_the_petition(tmp_path: Path) -> None:
    people = [
        Subscriber("1", "c", "ada@example.org", "fr"),
        Subscriber("2", "c", "ADA@example.org", "en"),
        Subscriber("3", "c", "no address", "en"),
    ]

    chosen, left_out = choose(
        people, PETITION, ["ko", "en"], Stamps(tmp_path / "told"), Stamps(tmp_path / "stopped")
    )

    assert [(person.email, person.language) for person in chosen] == [("ada@example.org", "ko")]
    assert left_out["unusable"] == 2


def test_marks_of_two_purposes_petitions_and_signers_differ() -> None:
    stamps = {
        make_stamp(purpose, petition, signer)
        for purpose in Purpose
        for petition in ("one", "two")
        for signer in ("ada", "bob")
    }

    assert len(stamps) == len(Purpose) * 2 * 2


def test_every_language_says_how_to_hear_no_more() -> None:
    assert PHRASES.keys() >= set(LANGUAGES)
    for phrases in PHRASES.values():
        assert all(f"{{{name}}}" in phrases["footer"] for name in ("title", "stop", "page"))
