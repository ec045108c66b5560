"""A mail server, spoken to by SMTP, encrypted unless it is this very machine."""

import ipaddress
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from enum import Enum
from typing import Self
from urllib.parse import unquote, urlsplit

from organizer import MISUNDERSTOOD, UNREACHABLE, CannotDo

SECONDS = 30.0  # ours: a server that greets late, against spammers, answers by then
PORTS = {"smtp": 587, "smtps": 465}  # RFC 6409 and RFC 8314, section 3
OK = 250  # RFC 5321, section 4.2.2
PERMANENT = 500  # RFC 5321, section 4.2.1: a code from here on will not change


class Outcome(Enum):
    """What became of a mail."""

    SENT = "sent"
    REFUSED = "refused"  # there is no such mailbox, or it takes no mail
    LATER = "later"  # the server asks to try again another time


@dataclass(frozen=True)
class Server:
    """
    Which server, and as whom.

    Args:
        implicit: Whether it speaks TLS from the first octet; otherwise STARTTLS is asked for.
        encrypted: Whether it must; only on this machine may it not.
        user: Empty where it asks for none.
    """

    host: str
    port: int
    implicit: bool
    encrypted: bool
    user: str = ""

    @classmethod
    def parse(cls, url: str) -> Self:
        """
        Read `smtps://USER@HOST:PORT` or `smtp://…`; left out, the port is the usual one.

        Raises:
            CannotDo: It is neither.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme)
        except ValueError:
            host, port = "", None
        if not host or port is None or parts.password:
            raise CannotDo(
                "Name the server as smtps://USER@HOST, or smtp://USER@HOST for STARTTLS; the "
                "password is asked for, or taken from SMTP_PASSWORD.",
                MISUNDERSTOOD,
            )
        user = unquote(parts.username or "")
        return cls(host, port, parts.scheme == "smtps", not _is_here(host), user)


class Post:
    """
    A connection to a server, opened again when the server has ended it.

    Raises:
        CannotDo: It does not answer, is not encrypted, or refuses the user or the sender.
    """

    def __init__(self, server: Server, password: str) -> None:
        self._server = server
        self._password = password
        self._smtp: smtplib.SMTP | None = None

    def send(self, mail: EmailMessage) -> Outcome:
        """Hand over one mail; nothing that is raised names whom it was for."""
        smtp = self._connected()
        try:
            smtp.send_message(mail)
        except smtplib.SMTPRecipientsRefused as refusal:
            ((code, _),) = refusal.recipients.values()
            return Outcome.REFUSED if code >= PERMANENT else Outcome.LATER
        except smtplib.SMTPNotSupportedError:  # An address beyond ASCII, and a server of before.
            return Outcome.REFUSED
        except smtplib.SMTPSenderRefused as refusal:
            if refusal.smtp_code < PERMANENT:
                return Outcome.LATER
            raise CannotDo(
                f"The mail server refuses the sender (code {refusal.smtp_code}): use an address "
                "that belongs to this user."
            ) from None
        except (smtplib.SMTPException, OSError):
            self.close()
            return Outcome.LATER
        return Outcome.SENT

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._smtp:
            with suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()
            self._smtp = None

    def _connected(self) -> smtplib.SMTP:
        if self._smtp:  # At a slow pace the server may have ended it meanwhile.
            with suppress(smtplib.SMTPException, OSError):
                if self._smtp.noop()[0] == OK:
                    return self._smtp
            self.close()
        with _in_sentences(self._server):
            self._smtp = _connect(self._server, self._password)
        return self._smtp


def _connect(server: Server, password: str) -> smtplib.SMTP:
    trust = ssl.create_default_context()
    if server.implicit:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=SECONDS, context=trust
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    try:
        _introduce(smtp, server, password, trust)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _introduce(smtp: smtplib.SMTP, server: Server, password: str, trust: ssl.SSLContext) -> None:
    smtp.ehlo()
    if not server.implicit and smtp.has_extn("starttls"):
        smtp.starttls(context=trust)
    elif not server.implicit and server.encrypted:
        raise CannotDo("The mail server offers no encryption; use smtps://, or another one.")
    if server.user:
        smtp.login(server.user, password)


@contextmanager
def _in_sentences(server: Server) -> Iterator[None]:
    # What the library raises holds what the server said, which may name a user.
    try:
        yield
    except smtplib.SMTPAuthenticationError:
        raise CannotDo("The mail server refuses this user or password.") from None
    except smtplib.SMTPNotSupportedError:
        raise CannotDo("The mail server takes no user here; use its other port.") from None
    except ssl.SSLError:
        raise CannotDo(
            "The mail server cannot prove who it is, or speaks no TLS on this port.", UNREACHABLE
        ) from None
    except (smtplib.SMTPException, OSError):
        raise CannotDo(
            f"The mail server {server.host}:{server.port} does not answer.", UNREACHABLE
        ) from None


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
