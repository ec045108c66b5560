"""A real mail server on this machine, which keeps what it is given."""

import datetime as dt
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from dev.ports import free_port

USER, PASSWORD = "friends", "a word that nobody guesses"


class MailServer:
    """
    What the server does with mail.

    Args:
        answers: To a recipient, instead of taking the mail: a code and a text.
    """

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.answers: dict[str, str] = {}
        self.refusal = ""  # of every mail, when it has come whole
        self.users: list[str] = []
        self.url = ""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        if answer := self.answers.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep a mail."""
        if self.refusal:
            return self.refusal
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients += envelope.rcpt_tos
        return "250 OK"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        """Let one user in."""
        assert isinstance(data, LoginPassword)
        self.users.append(data.login.decode())
        good = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=good)


@contextmanager
def running_mail_server(
    *, certificate: Path | None = None, implicit: bool = False
) -> Iterator[MailServer]:
    """
    Run a server.

    Args:
        certificate: With its key; then users log in, over TLS.
        implicit: Whether TLS is spoken from the first octet; else by STARTTLS.
    """
    server = MailServer()
    options: dict[str, Any] = {}
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        options = {"authenticator": server.authenticate}
        if implicit:
            options["auth_require_tls"] = False  # It does not know that it is inside TLS.
        else:
            options |= {"tls_context": context, "require_starttls": True, "auth_required": True}
    port = free_port()
    controller = Controller(
        server, "127.0.0.1", port, ssl_context=context if implicit else None, **options
    )
    controller.start()
    try:
        scheme, user = ("smtps" if implicit else "smtp"), (f"{USER}@" if certificate else "")
        server.url = f"{scheme}://{user}localhost:{port}"
        yield server
    finally:
        controller.stop()


def make_certificate(path: Path) -> Path:
    """Write a certificate of this machine, with its key, which trusts itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + pem)
    return path
