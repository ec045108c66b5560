"""
How much better than a coin somebody knows whether an address had signed, and how sure that is.

The advantage is 2·(accuracy - ½) where one half of the addresses had signed: the share of those
that had signed and are called signed, less the share of those that had not and are called so.
0 is a coin, 1 is knowledge. Of times, which are no guesses, it is 2·AUC - 1: how much more often
than not a time of one kind is longer than one of the other.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, variance

# ours: a build plays some thirty games, and one in some thousand builds may fail without cause.
CONFIDENCE = 0.9999
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True)
class Advantage:
    """
    An estimate, each number from -1 to 1.

    Args:
        low: The lower end of the interval of CONFIDENCE; `high` is the upper one.
        trials: How many addresses were asked about.
    """

    estimate: float
    low: float
    high: float
    trials: int

    def __str__(self) -> str:
        return f"{self.estimate:6.3f}  {self.low:6.3f} … {self.high:5.3f}  {self.trials:6d}"


def of_guesses(guesses: Sequence[tuple[bool, bool]]) -> Advantage:
    """
    Judge guesses, each with the truth behind it: (guessed, had signed).

    The interval is Newcombe's for a difference of proportions, from Wilson's of each (Statistics
    in Medicine 17, 1998, method 10), which holds for shares near 0 and 1 too.
    """
    of_signed = [guess for guess, truth in guesses if truth]
    of_others = [guess for guess, truth in guesses if not truth]
    right, right_low, right_high = _wilson(sum(of_signed), len(of_signed))
    wrong, wrong_low, wrong_high = _wilson(sum(of_others), len(of_others))
    estimate = right - wrong
    low = estimate - math.hypot(right - right_low, wrong_high - wrong)
    high = estimate + math.hypot(right_high - right, wrong - wrong_low)
    return Advantage(estimate, low, high, len(guesses))


def of_times(firsts: Sequence[float], repeats: Sequence[float]) -> Advantage:
    """
    Judge how well a time tells a first from a repeat, by rank alone; longer ones speak for firsts.

    The interval is DeLong's (Biometrics 44, 1988): from the variance of each one's share of the
    others that it exceeds.
    """
    above = _shares_below(firsts, sorted(repeats))
    below = [1 - share for share in _shares_below(repeats, sorted(firsts))]
    estimate = 2 * fmean(above) - 1
    error = 2 * math.sqrt(variance(above) / len(above) + variance(below) / len(below))
    return Advantage(
        estimate, estimate - Z * error, estimate + Z * error, len(firsts) + len(repeats)
    )


def _shares_below(times: Sequence[float], others: Sequence[float]) -> list[float]:
    # Of those that are equal, half.
    return [(bisect_left(others, t) + bisect_right(others, t)) / (2 * len(others)) for t in times]


def _wilson(hits: int, of: int) -> tuple[float, float, float]:
    share = hits / of
    middle = (share + Z * Z / (2 * of)) / (1 + Z * Z / of)
    half = Z / (1 + Z * Z / of) * math.sqrt(share * (1 - share) / of + (Z / (2 * of)) ** 2)
    return share, min(share, middle - half), max(share, middle + half)
