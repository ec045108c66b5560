"""What there is to look at, gathered at one instant of the database."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from petition.campaign import Campaign
from petition.documents import Claim, Sums

from organizer.signatures.database import Database
from organizer.signatures.opening import OpenedClaim, Opening, open_pages
from organizer.signatures.reading import KNOWN
from organizer.signatures.stored import Stored
from organizer.statistics.pace import Milestone, Peak, next_milestone, peaks
from organizer.statistics.rules import Rule
from organizer.statistics.signs import Sign, find_signs
from organizer.statistics.traits import Row, Trait, Traits
from organizer.terminal import progress

MOST_LINKS = 20  # ours: the strongest; what comes by a weaker one wants no name


@dataclass(frozen=True)
class StrongLink:
    """A link by which many came, and the marks that it was shared under."""

    code: str
    claims: int
    marks: list[str]


@dataclass(frozen=True)
class Numbers:
    """
    The numbers of a petition at an instant; none is folded.

    Signatures are exact, of the lanes. Claims are those that stand; an address may have several.

    Args:
        counted: Signatures: all, by country, and how many came through a link.
        hours: Claims by hour; only hours in which there was one, in order; UTC.
        marks: Claims that came through a link, by its mark; "" for none.
        links: The strongest, at most MOST_LINKS.
        generations: Claims by the generation of the link that they came through, from 1 on.
        unknown: Claims that came through a link that is not there.
        providers: Claims by the provider of the mailbox; empty if no box was opened, and without
            those whose address holds what cannot be printed.
        rules: Saved rules, and how many claims fit each today.
    """

    petition: str
    at: dt.datetime
    counted: Sums
    hours: Mapping[dt.datetime, int]
    languages: Counter[str]
    marks: Counter[str]
    links: list[StrongLink]
    generations: list[tuple[int, int]]
    unknown: int
    providers: Counter[str]
    peaks: list[Peak]
    milestone: Milestone
    signs: list[Sign]
    rules: list[tuple[Rule, int]]

    @property
    def claims(self) -> int:
        """Return how many claims stand."""
        return sum(self.hours.values())


def gather(
    database: Database, campaign: Campaign, opening: Opening, rules: Sequence[Rule] = ()
) -> Numbers:
    """Read all claims, and their boxes only if there is a key; a million take minutes."""
    at = database.instant()
    counted = database.tally(at)
    fits: Counter[Rule] = Counter()
    with Traits(secret=bool(opening.keys)) as traits:
        for page in _read(database, opening, at):
            traits.add(row for claim in page for row in _rows(claim))
            for rule in rules:
                fits[rule] += sum(rule.fits(claim) for claim in page)
        for links in database.links(at):
            traits.add_links((link.id, _code(link.content.via)) for link in links)
        hours, generations = traits.hours(), traits.generations()
        marks = traits.marks()
        return Numbers(
            petition=campaign.petition,
            at=at,
            counted=counted,
            hours=hours,
            languages=traits.totals(Trait.LANGUAGE),
            marks=marks,
            links=[
                StrongLink(code, claims, sorted(mark for mark in traits.marks(code) if mark))
                for code, claims in traits.totals(Trait.LINK, MOST_LINKS).items()
            ],
            generations=generations,
            unknown=marks.total() - sum(claims for _, claims in generations),
            providers=traits.totals(Trait.PROVIDER),
            peaks=peaks(hours),
            milestone=next_milestone(campaign, counted.signatures, hours, at),
            signs=find_signs(traits, hours),
            rules=[(rule, fits[rule]) for rule in rules],
        )


def _read(database: Database, opening: Opening, at: dt.datetime) -> Iterator[list[OpenedClaim]]:
    fields = [*KNOWN, "sealed"] if opening.keys else KNOWN
    with progress("Reading claims", database.count_claims(at)) as advance:

        def pages() -> Iterator[list[Stored[Claim]]]:
            for page in database.claims(fields, at):
                advance.by(len(page))
                yield [claim for claim in page if claim.content.stands]

        yield from open_pages(pages(), opening)


def _rows(claim: OpenedClaim) -> Iterator[Row]:
    known = claim.stored.content
    hour = known.signed_hour
    if hour is None:
        return
    yield Trait.COUNTRY, known.country, "", hour
    yield Trait.LANGUAGE, known.language, "", hour
    if known.via:
        code, _, mark = known.via.partition(".")
        yield Trait.LINK, code, mark, hour
    # Whoever sealed the box chose what is in it: nothing of it moves a cursor, or a line of a file.
    if claim.contents and claim.contents.email.isprintable():
        yield Trait.PROVIDER, claim.contents.email.rpartition("@")[2].lower(), "", hour


def _code(via: str | None) -> str | None:
    return via.partition(".")[0] if via else None
