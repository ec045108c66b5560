"""A person's mail: the organizers' text in their language, and how to hear no more."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime, parseaddr
from pathlib import Path
from urllib.parse import quote

from petition.campaign import Campaign

from organizer import MISUNDERSTOOD, CannotDo
from organizer.news.stamps import Purpose, make_stamp
from organizer.signatures.gathering import Subscriber

PHRASES: dict[str, dict[str, str]] = json.loads(
    Path(__file__).with_name("letter.json").read_text(encoding="utf-8")
)

STOP = "stop"  # what a reply says; a mail program that unsubscribes writes it as the subject


@dataclass(frozen=True)
class Text:
    """What organizers wrote in one language."""

    subject: str
    body: str


@dataclass(frozen=True)
class Letter:
    """
    What every mail of one news has in common.

    Args:
        sender: Replies go there.
        page: Where a receipt withdraws a signature.
        texts: By language.
    """

    sender: Address
    campaign: Campaign
    page: str
    texts: dict[str, Text]

    def write(self, person: Subscriber) -> EmailMessage:
        """Return the mail to one person, who sees no other."""
        text, phrases = self.texts[person.language], PHRASES.get(person.language, PHRASES["en"])
        title = self.campaign.texts_in(person.language).title
        footer = phrases["footer"].format(title=title, stop=STOP, page=self.page)
        stop = f"mailto:{quote(self.sender.addr_spec, safe='@')}?subject={STOP}"
        local, _, domain = person.email.rpartition("@")
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self.sender
        mail["To"] = Address(username=local, domain=domain)
        mail["Subject"] = text.subject
        mail["Date"] = format_datetime(localtime())
        mail["Message-ID"] = f"<{self._stamp(person, text)}@{self.sender.domain}>"
        mail["List-Unsubscribe"] = f"<{stop}>"  # RFC 2369
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no notice of absence comes back
        mail["Content-Language"] = person.language
        mail.set_content(f"{text.body}\n\n—\n{footer}\n", cte="quoted-printable")
        return mail

    def _stamp(self, person: Subscriber, text: Text) -> str:
        # The same for the same mail, so that a mailbox shows one that came twice only once.
        about = f"{text.subject}\0{text.body}"
        return make_stamp(Purpose.MESSAGE, self.campaign.petition, person.signer, about)


def read_texts(folder: Path, languages: Iterable[str]) -> dict[str, Text]:
    """
    Read `LANGUAGE.txt` for each language: the subject on the first line, then the text.

    Raises:
        CannotDo: One is missing, or lacks either.
    """
    texts, missing = {}, []
    for language in languages:
        path = folder / f"{language}.txt"
        try:
            subject, _, body = path.read_text(encoding="utf-8-sig").strip().partition("\n")
        except (OSError, UnicodeDecodeError):
            subject = body = ""
        if not subject.strip() or not body.strip():
            missing.append(str(path))
        texts[language] = Text(subject.strip(), body.strip())
    if missing:
        raise CannotDo(
            f"Write what you tell people into {', '.join(missing)}: the subject on the first line, "
            "below it the text."
        )
    return texts


def read_sender(sender: str) -> Address:
    """
    Read who writes, as in `Friends <news@example.org>`.

    Raises:
        CannotDo: There is no address in it.
    """
    name, address = parseaddr(sender)
    try:
        found = Address(name, addr_spec=address)
    except (ValueError, IndexError, HeaderParseError):
        found = Address()
    if not (found.username and found.domain) or not address.isascii() or not sender.isprintable():
        raise CannotDo('Name a sender, as in "Friends <news@example.org>".', MISUNDERSTOOD)
    return found


def check_page(page: str) -> str:
    """
    Return a page's address, if it can be one.

    Raises:
        CannotDo: It is none.
    """
    if not re.fullmatch(r"https?://\S+", page):
        raise CannotDo("Name the page by its whole address, https://….", MISUNDERSTOOD)
    return page
