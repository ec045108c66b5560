"""
Times as organizers write them, against the whole hours (UTC) that claims know. Pure.

A time without an offset is UTC, as exports write it.
"""

import datetime as dt

from petition.campaign import Campaign

from organizer import MISUNDERSTOOD, CannotDo

HOUR = dt.timedelta(hours=1)
EARLIEST_ZONE = dt.timezone(dt.timedelta(hours=14))  # where a day begins first (IANA: Etc/GMT-14)


def read_hour(text: str) -> dt.datetime:
    """
    Read a day or a time of ISO 8601, such as 2026-11-24, 2026-11-24T10:00 or …T19:00+09:00.

    Returns:
        Aware, with the offset as it was written.

    Raises:
        CannotDo: It is no time, or not a whole hour in UTC.
    """
    try:
        moment = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        raise CannotDo(
            f"{text!r} is not a time; write it as in 2026-11-24T10:00 (UTC) or "
            "2026-11-24T19:00+09:00.",
            MISUNDERSTOOD,
        ) from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    utc = moment.astimezone(dt.UTC)
    whole = utc.replace(minute=0, second=0, microsecond=0)
    if utc != whole:
        raise CannotDo(
            f"Claims know only the hour (UTC) in which they were signed, and {text} lies within "
            f"one: write {write_hour(whole)} or {write_hour(whole + HOUR)}.",
            MISUNDERSTOOD,
        )
    return moment


def write_hour(moment: dt.datetime) -> str:
    """Write a time in UTC as `read_hour` takes it."""
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M}Z"


def check_window(
    since: dt.datetime | None, until: dt.datetime | None, campaign: Campaign, now: dt.datetime
) -> None:
    """
    Refuse times at which nobody can have signed; somebody meant another.

    Raises:
        CannotDo: One lies outside the petition's life, or they leave nothing between them.
    """
    begin = dt.datetime.combine(campaign.started, dt.time(), EARLIEST_ZONE)
    closed = campaign.closes is not None and campaign.closes < now
    end = campaign.closes if closed and campaign.closes else now
    for moment in (since, until):
        if moment and moment < begin:
            why = f"before the petition began, on {campaign.started:%d %B %Y}"
        elif moment and moment > end + HOUR:
            why = f"after it closed, at {write_hour(end)}" if closed else "in the future"
        else:
            continue
        raise CannotDo(f"{_say(moment)} lies {why}.", MISUNDERSTOOD)
    if since and until and since >= until:
        raise CannotDo(
            f"Nothing is signed from {_say(since)} until before {_say(until)}.", MISUNDERSTOOD
        )


def say_window(since: dt.datetime | None, until: dt.datetime | None) -> str:
    """Say which claims are meant by their hours, so that a wrong zone is seen; "" for any hour."""
    parts = [f"from {_say(since)} on"] if since else []
    parts += [f"before {_say(until)}"] if until else []
    return f"Meant is what was signed {' and '.join(parts)}." if parts else ""


def _say(moment: dt.datetime) -> str:
    utc = moment.astimezone(dt.UTC)
    written = f"{moment:%d %B %H:%M} at {moment:%Z}"
    return f"{utc:%d %B %Y, %H:%M} UTC" + (f" ({written})" if moment.utcoffset() else "")
