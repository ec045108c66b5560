"""What is taken out of Lighthouse's reports."""

from typing import Any

from dev.lighthouse.__main__ import CATEGORIES, lost, median, read


def report(**scores: float | None) -> dict[str, Any]:
    """Write a report in which every category has one audit with weight, and one without."""
    audits = {
        name: {"score": scores.get(name.replace("-", "_"), 1), "scoreDisplayMode": "numeric"}
        for name in CATEGORIES
    }
    audits["insight"] = {"score": 0, "scoreDisplayMode": "numeric"}
    refs = {name: [{"id": name, "weight": 30}, {"id": "insight", "weight": 0}] for name in audits}
    return {
        "audits": audits,
        "categories": {
            name: {"score": audits[name]["score"], "auditRefs": refs[name]} for name in CATEGORIES
        },
    }


def test_only_what_has_weight_takes_something_off() -> None:
    grades = read(report(performance=0.93))

    assert grades.scores == {"performance": 93, "accessibility": 100, "best-practices": 100} | {
        "seo": 100
    }
    assert grades.lost == {"performance"}


def test_medians_and_what_was_lost_more_often_than_not() -> None:
    looks = [read(report(performance=x, seo=y)) for x, y in ((0.9, 1), (0.98, 0.5), (0.97, 1))]

    assert median(looks) == ["97", "100", "100", "100"]
    assert lost(looks) == ["performance"]
