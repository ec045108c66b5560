"""The licences of everything that is installed, and which of it is deployed: `make licences`."""

import re
import sys
from collections import defaultdict
from importlib.metadata import Distribution, distribution, distributions

from dev import ROOT

DEPLOYED = ROOT / "requirements.txt"
OWN = "savemyfriend"
NAMES = ("License-Expression", "Classifier", "License")
LONGEST = 60  # characters: some write a whole licence where its name belongs


def deployed() -> set[str]:
    """Return the names of the packages that the functions install."""
    lines = DEPLOYED.read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==", lines, re.MULTILINE))


def licence(package: Distribution) -> str:
    """Return a package's licence, as it says itself: an expression, a classifier, or a word."""
    told = {name: package.metadata.get_all(name) or [] for name in NAMES}
    classifiers = [text for text in told["Classifier"] if text.startswith("License :: ")]
    named = " and ".join(text.rpartition(" :: ")[2] for text in classifiers)
    short = [text for text in told["License"] if len(text) <= LONGEST and "\n" not in text]
    return "".join(told["License-Expression"]) or named or "".join(short) or "not said"


def name_of(package: Distribution) -> str:
    """Return a package's name as lists of requirements write it."""
    return re.sub(r"[-_.]+", "-", package.metadata["Name"]).lower()


def main() -> None:
    """Print each licence with its packages; those that are deployed are marked."""
    marked = deployed()
    packages: dict[str, set[str]] = defaultdict(set)
    for package in distributions():
        name = name_of(package)
        if name != OWN:
            packages[licence(package)].add(f"{name} *" if name in marked else name)
    for text in sorted(packages):
        sys.stdout.write(f"{text}: {', '.join(sorted(packages[text]))}\n")
    sys.stdout.write("* is deployed.\n")


def licences_of_deployed() -> dict[str, str]:
    """Return the licence of each package that is deployed, by its name."""
    return {name: licence(distribution(name)) for name in deployed()}


if __name__ == "__main__":
    main()
