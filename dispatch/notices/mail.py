"""Mail by a server that takes our messages: TLS always, but on this machine itself."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage

from dispatch.kernel.config_outward import MailServer
from dispatch.notices.channels import Never, NotNow

TIMEOUT_SECONDS = 10.0
SUBJECT = "12345 热线：您的诉求有新进展"
PERMANENT = 500


class MailChannel:
    """One server. The key is in the Message-ID, by which mail systems drop a second copy."""

    def __init__(self, server: MailServer, sender: str, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._server = server
        self._sender = sender
        self._timeout = timeout

    def send(self, *, to: str, text: str, key: str) -> str | None:
        """See ``Channel.send``."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, to, SUBJECT
        identity = f"<{key}@{self._sender.rpartition('@')[2]}>"
        message["Message-ID"] = identity
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        try:
            with self._connect() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise (Never if code >= PERMANENT else NotNow)(f"mail: {code}") from None
        except smtplib.SMTPResponseException as error:
            raise NotNow(f"mail: {error.smtp_code}") from None
        except ssl.SSLCertVerificationError as error:
            raise NotNow(f"mail: certificate refused (SSLCertVerificationError): {error.verify_message}") from None
        except smtplib.SMTPNotSupportedError:
            raise NotNow("mail: the server lacks STARTTLS or AUTH (SMTPNotSupportedError)") from None
        except (OSError, smtplib.SMTPException) as error:
            raise NotNow(f"mail: {type(error).__name__}") from None
        return identity

    def _connect(self) -> smtplib.SMTP:
        known, context = self._server, ssl.create_default_context()
        if known.is_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(known.host, known.port, timeout=self._timeout, context=context)
        else:
            server = smtplib.SMTP(known.host, known.port, timeout=self._timeout)
        try:
            server.ehlo()
            if not known.is_tls and not known.is_local:
                server.starttls(context=context)  # raises where the server offers none
                server.ehlo()
            if known.user is not None and known.password is not None:
                server.login(known.user, known.password)
        except BaseException:
            server.close()
            raise
        return server
