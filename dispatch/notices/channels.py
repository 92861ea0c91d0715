"""The ways to a citizen: one small protocol, and which of them this installation has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import phonenumbers

from dispatch.access.vault import Reporter
from dispatch.kernel.config import Config
from dispatch.notices.messages import IN_APP

SMS, MAIL = "sms", "mail"
MOBILE = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}


class NotNow(Exception):
    """The provider did not take it; a later try may succeed. The message names no person."""


class Never(Exception):
    """The provider will not take this message, however often it is tried. The message names no person."""


class Channel(Protocol):
    """A provider. Sending the same ``key`` twice must reach the citizen once, as far as the provider can tell."""

    def send(self, *, to: str, text: str, key: str) -> str | None:
        """Hand over one message; the provider's own id for it, where it tells one. Raises NotNow or Never."""
        ...


def configured(config: Config) -> Mapping[str, Channel]:
    """The ways out that the configuration names; none: citizens read their page."""
    from dispatch.notices.mail import MailChannel
    from dispatch.notices.sms import SmsChannel

    found: dict[str, Channel] = {}
    if config.sms_url and config.sms_token:
        found[SMS] = SmsChannel(config.sms_url, config.sms_token)
    if config.mail_server and config.mail_from:
        found[MAIL] = MailChannel(config.mail_server, config.mail_from)
    return found


def way_to(reporter: Reporter, available: Mapping[str, Channel]) -> tuple[str, str]:
    """The channel by which this caller is told, and the address there; the page where there is no other way."""
    if SMS in available and reporter.phone and is_mobile(reporter.phone):
        return SMS, reporter.phone
    if MAIL in available and reporter.mail:
        return MAIL, reporter.mail
    return IN_APP, ""


def is_mobile(phone: str) -> bool:
    """Whether a normalised number can take a short message."""
    return phonenumbers.number_type(phonenumbers.parse(phone)) in MOBILE
