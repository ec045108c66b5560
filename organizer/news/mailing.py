"""Going through a list: one mail a person, at a pace, and on from where it was left."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from organizer import UNREACHABLE, CannotDo
from organizer.news.letter import Letter
from organizer.news.post import Outcome, Post
from organizer.news.stamps import Purpose, Stamps, make_stamp
from organizer.signatures.database import Database
from organizer.signatures.gathering import Subscriber
from organizer.terminal import progress

SAMPLE = 100  # ours: whose claims are looked for first
MOST_LATER = 5  # ours: a server that puts off so many in a row takes no mail for now

WITHDRAWN = "withdrawn"  # beside the names of `Outcome`


@dataclass(frozen=True)
class Mailing:
    """
    One news on its way to everybody who asked for it.

    Args:
        told: Grows by everybody whose mail the server has taken, or will never take.
        pace: Mails a minute.
    """

    letter: Letter
    post: Post
    database: Database
    told: Stamps
    stopped: Stamps
    pace: float

    def preview(self, email: str, languages: Sequence[str]) -> None:
        """
        Send the mail in each language to an organizer.

        Raises:
            CannotDo: The server did not take one.
        """
        for language in languages:
            person = Subscriber("preview", "", email, language)
            if self.post.send(self.letter.write(person)) is not Outcome.SENT:
                raise CannotDo("The mail server did not take the preview; nobody was told.")

    def waiting(self, people: Sequence[Subscriber]) -> list[Subscriber]:
        """
        Return those who are not told yet, and did not ask to hear no more.

        Raises:
            CannotDo: None of the first stands in this database; then it must be another one.
        """
        waiting = [
            person
            for person in people
            if self._stamp(Purpose.TOLD, person) not in self.told
            and self._stamp(Purpose.STOPPED, person) not in self.stopped
        ]
        if waiting and not self._stand(waiting[:SAMPLE]):
            raise CannotDo(
                f"No claim of the first {len(waiting[:SAMPLE])} people of the list stands in this "
                "database. Name the one that the list is from; if all of them did withdraw, remove "
                "it."
            )
        return waiting

    def send(self, people: Sequence[Subscriber]) -> Counter[str]:
        """
        Tell people, each just after looking whether their claim still stands.

        Returns:
            How many, by what became of their mail: the names of `Outcome`, and WITHDRAWN.

        Raises:
            CannotDo: The server takes no mail for now; who was told is kept.
        """
        numbers: Counter[str] = Counter({outcome.value: 0 for outcome in Outcome})
        in_a_row = 0
        with progress("Telling people", len(people)) as advance:
            for person, outcome in self._outcomes(people):
                numbers[outcome] += 1
                in_a_row = in_a_row + 1 if outcome == Outcome.LATER.value else 0
                if in_a_row == MOST_LATER:
                    raise CannotDo(
                        f"The mail server takes no mails for now; {numbers['sent']:,} were sent. "
                        "Run the same again later, perhaps at a slower --pace.",
                        UNREACHABLE,
                    )
                if outcome in (Outcome.SENT.value, Outcome.REFUSED.value):
                    self.told.add(self._stamp(Purpose.TOLD, person))
                advance.by(1)
        return numbers

    def _outcomes(self, people: Sequence[Subscriber]) -> Iterator[tuple[Subscriber, str]]:
        due = time.monotonic()
        for person in people:
            time.sleep(max(0.0, due - time.monotonic()))
            if not self._stand([person]):
                yield person, WITHDRAWN
                continue
            due = max(due, time.monotonic()) + 60 / self.pace
            yield person, self.post.send(self.letter.write(person)).value

    def _stand(self, people: Sequence[Subscriber]) -> bool:
        found = self.database.get_claims([person.claim for person in people], ["signer"])
        return any(claim.content.stands for claim in found)

    def _stamp(self, purpose: Purpose, person: Subscriber) -> str:
        return make_stamp(purpose, self.letter.campaign.petition, person.signer)
