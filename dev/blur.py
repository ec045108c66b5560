"""
The public numbers simulated: `python -m dev.blur` prints what they are off, and what they tell.

Attackers here know every other signer and the rule, look after each single signature, and may
invent, withdraw and wait as they like. They play against the rule of petition/blur.py, and
against those that were not taken, which shows what each attack can do. All of it is the pure
rule, so that thousands of petitions take seconds; tests/games plays it against running functions.
"""

import datetime as dt
import math
import random
import secrets
from collections import Counter
from collections.abc import Callable
from statistics import fmean

from petition import blur, tally
from petition.documents import Public, Published, Sums

from dev.advantage import Advantage, of_guesses

OTHERS = 60  # real signers besides the victim
TRIALS = 4000
ELSEWHERE = "AQ"  # a country in which nobody signs
HOME = "KR"
chance = random.Random()  # noqa: S311 – nobody keeps a secret by it here

Shown = tuple[int, list[tuple[str, int]]]
Attack = Callable[["Exact", str], bool]


def new_id() -> str:
    """Return an address's id, as random as the pepper makes it."""
    return secrets.token_hex(16)


class Exact:
    """A petition that tells exact numbers; each rule is one of its kinds."""

    def __init__(self) -> None:
        self.signers: dict[str, str] = {}  # countries by id
        self.own: set[str] = set()  # whom an attacker alone claims
        self.countries: Counter[str] = Counter()
        self.drawn: Counter[str] = Counter()
        self.day = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)

    @property
    def sums(self) -> Sums:
        """Return what the lanes add up to."""
        return Sums(self.countries.total(), self.countries, drawn=self.drawn)

    def claim(self, id: str, country: str = HOME) -> None:
        """Count an address unless it counts already."""
        if id in self.signers:
            self.own.discard(id)
            return
        self.signers[id] = country
        self.countries[country] += 1
        self.drawn[country] += blur.is_drawn(id)

    def attack(self, id: str, country: str = HOME) -> None:
        """Claim as an attacker, whose withdrawal takes away only what nobody else claimed."""
        if id not in self.signers:
            self.claim(id, country)
            self.own.add(id)

    def wait_for_sweep(self) -> None:
        """Withdraw all that the attacker claimed, and let three days pass."""
        for id in self.own:
            country = self.signers.pop(id)
            self.countries[country] -= 1
            self.drawn[country] -= blur.is_drawn(id)
        self.own.clear()
        self.day += dt.timedelta(days=3)

    def crowd(self, number: int) -> None:
        """Let so many others sign, whom nobody has to know again."""
        self.countries[HOME] += number
        self.drawn[HOME] += sum(chance.random() < 1 / blur.ONE_IN for _ in range(number))

    def look(self) -> Shown:
        """Return the public numbers."""
        total = self.countries.total()
        return total, blur.rank(self.countries, total)


class Rounded(Exact):
    """Tens, always rounded down."""

    def look(self) -> Shown:
        """Return the public numbers."""
        total = self.countries.total() // 10 * 10
        rows = {code: number // 10 * 10 for code, number in self.countries.items()}
        return total, blur.rank(rows, total)


class Steps(Exact):
    """Ten more at secret sums, drawn from 1 to 19 each time, and drawn back to the truth."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: dict[str, tuple[int, int]] = {}
        self.rows: dict[str, int] = {}
        self.rows_day = self.day - dt.timedelta(days=1)

    def look(self) -> Shown:
        """Return the public numbers."""
        total = self._follow("", self.countries.total())
        if self.rows_day != self.day:
            self.rows = {code: self._follow(code, n) for code, n in self.countries.items()}
            self.rows_day = self.day
        return total, blur.rank(self.rows, total)

    def _follow(self, name: str, exact: int) -> int:
        start = (exact // 10 * 10, exact + chance.randint(1, 19))
        shown, edge = self.shown.get(name, start)
        while exact >= edge:
            shown += 10
            edge += max(1, chance.randint(1, 19) + round((shown - edge) / 50))
        self.shown[name] = shown, edge
        return shown


class Drawn(Exact):
    """The rule of petition/blur.py, as count applies it."""

    def __init__(self) -> None:
        super().__init__()
        self.public = Public()

    def look(self) -> Shown:
        """Return the public numbers."""
        self.public = blur.move(self.public, self.sums, self.day)
        numbers = tally.tell(Published(tally=self.sums, public=self.public), blurred=True)
        return numbers.signatures, numbers.countries


def sign_once(petition: Exact, victim: str) -> bool:
    """Sign with the victim's address and see whether anything moves."""
    before = petition.look()
    petition.attack(victim)
    return petition.look() == before


def fill_up(petition: Exact, victim: str) -> bool:
    """Invent signatures until the number moves, nine more, and then sign with the victim's."""
    _fill_until_it_moves(petition)
    for _ in range(9):
        petition.attack(new_id())
    return sign_once(petition, victim)


def wait_for_long_gap(petition: Exact, victim: str) -> bool:
    """Invent until eighteen in a row have moved nothing, so that the next one must."""
    _fill_until_it_moves(petition)
    still, last = 0, petition.look()
    for _ in range(4000):
        if still >= 18:
            break
        petition.attack(new_id())
        shown = petition.look()
        still = still + 1 if shown == last else 0
        last = shown
    return sign_once(petition, victim)


def by_country(petition: Exact, victim: str) -> bool:
    """Fill a country in which nobody signs, sign there, and read total and rows a day later."""
    for _ in range(60):
        petition.attack(new_id(), ELSEWHERE)
    petition.day += dt.timedelta(days=1)
    before = petition.look()
    petition.attack(victim, ELSEWHERE)
    at_once = petition.look()
    petition.day += dt.timedelta(days=1)
    return petition.look() == before == at_once


def ask_for_weeks(petition: Exact, victim: str) -> bool:
    """Sign, withdraw, wait until it is swept, and again, fourteen times, each at a new place."""
    guess = True
    for _ in range(14):
        _fill_until_it_moves(petition)
        guess = sign_once(petition, victim) and guess
        petition.wait_for_sweep()
    return guess


def compare(petition: Exact, victim: str) -> bool:
    """Having seen everybody else sign, compare what is shown with what they alone would make."""
    twin = type(petition)()
    for id, country in petition.signers.items():
        if id != victim:
            twin.claim(id, country)
    return petition.look() != twin.look()


def _fill_until_it_moves(petition: Exact) -> None:
    before = petition.look()[0]
    for _ in range(200):
        petition.attack(new_id())
        if petition.look()[0] != before:
            return


def beside(signing: int) -> Attack:
    """Make an attack that signs once while so many others sign between two looks."""

    def attack(petition: Exact, victim: str) -> bool:
        before = petition.look()[0]
        petition.attack(victim)
        petition.crowd(signing)
        rise = petition.look()[0] - before
        return rise <= signing

    return attack


ATTACKS: dict[str, Attack] = {
    "sign once": sign_once,
    "fill up, then sign": fill_up,
    "wait for a long gap, then sign": wait_for_long_gap,
    "total, row and others of an own country": by_country,
    "withdraw and ask again, 14 times": ask_for_weeks,
    "watch everybody from the start": compare,
    "sign once, 1 a second beside": beside(60),
    "sign once, 25 a second beside": beside(1500),
}
RULES: dict[str, type[Exact]] = {
    "exact": Exact,
    "rounded": Rounded,
    "secret steps": Steps,
    "drawn": Drawn,
}


def play(rule: type[Exact], attack: Attack, trials: int) -> Advantage:
    """Play one attack on so many petitions; half of the victims had signed."""
    guesses = []
    for number in range(trials):
        petition, victim, had_signed = rule(), new_id(), number % 2 == 0
        place = chance.randrange(OTHERS)
        for each in range(OTHERS):
            petition.claim(new_id())
            if had_signed and each == place:
                petition.claim(victim)
        guesses.append((attack(petition, victim), had_signed))
    return of_guesses(guesses)


def errors(sizes: list[int], runs: int) -> list[tuple[int, float, int]]:
    """Return for sizes, which rise, how far the total is off: the size, rms, and the worst."""
    off: dict[int, list[int]] = {size: [] for size in sizes}
    for _ in range(runs):
        prefix, drawn, signed = secrets.token_hex(16), 0, 0
        for size in sizes:
            drawn += sum(blur.is_drawn(f"{prefix}{i}") for i in range(signed, size))
            signed = size
            off[size].append(abs(blur.total(Sums(size, drawn={HOME: drawn})) - size))
    return [(size, math.sqrt(fmean(e * e for e in each)), max(each)) for size, each in off.items()]


def main() -> None:
    """Print both tables."""
    print(f"{'signatures':>10}  {'off, rms':>8}  {'worst':>6}")  # noqa: T201
    for size, rms, worst in errors([100, 1000, 10_000, 100_000, 300_000], runs=20):
        print(f"{size:>10,}  {rms:>8,.0f}  {worst:>6,}")  # noqa: T201
    print(f"\n{'attack':40} {'rule':13} advantage  interval   trials")  # noqa: T201
    for name, attack in ATTACKS.items():
        for title, rule in RULES.items():
            print(f"{name:40} {title:13} {play(rule, attack, TRIALS)}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
