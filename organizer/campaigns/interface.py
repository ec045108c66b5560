"""Whether the page itself speaks a petition's languages: its file of phrases, and what it lacks."""

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from organizer.campaigns.correction import Correction
from organizer.pages.languages import ENGLISH, STATIC, read_phrases, sentences
from organizer.pages.page import FOR_SIGNERS, empty


def phrases_path(frontend: Path, language: str) -> Path:
    """Return where a language's phrases lie, or would."""
    return frontend / "phrases" / f"{language}.json"


def begin_language(frontend: Path, language: str) -> Path | None:
    """
    Write the file of a new language's phrases, in English, to be translated.

    Returns:
        The file, or None if the language has one already.
    """
    path = phrases_path(frontend, language)
    if path.exists():
        return None
    said = {key: phrase for key, phrase in read_phrases(frontend)[ENGLISH].items()}
    said[STATIC] = {sentence: sentence for sentence in _static(frontend)}
    path.write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def lacking(frontend: Path, language: str) -> Iterator[Correction]:
    """Find what the page cannot say in a language: no file, phrases missing or still in English."""
    known = read_phrases(frontend)
    name = f"frontend/phrases/{language}.json"
    if language not in known:
        near = difflib.get_close_matches(language, known, 1)
        meant = f" Or is {near[0]} meant?" if near else ""
        advice = f"Begin it with `organizer petition new --language {language}`.{meant}"
        yield Correction(name, f"The page does not speak this language. {advice}")
        return
    english, said = known[ENGLISH], known[language]
    for key, phrase in english.items():
        if key not in said or not said[key]:
            yield Correction(f"{name}, {key}", f"It is missing; say: {_plain(phrase)}")
        elif _places(phrase) != _places(said[key]):
            wanted = ", ".join(sorted(_places(phrase))) or "none"
            yield Correction(
                f"{name}, {key}", f"It must name the same values in brackets: {wanted}."
            )
    yield from _untranslated(frontend, name, english, said)


def _untranslated(
    frontend: Path, name: str, english: Mapping[str, Any], said: Mapping[str, Any]
) -> Iterator[Correction]:
    if STATIC not in said:
        return  # One of the first languages, which stand in the page itself.
    static: Mapping[str, str] = said[STATIC]
    for sentence in _static(frontend):
        if static.get(sentence, "") in ("", sentence):
            yield Correction(f"{name}, {STATIC}", f"It is not translated: {sentence}")
    for key, phrase in english.items():
        # A name or two are the same in several languages; a sentence is not.
        if said.get(key) == phrase and " " in _plain(phrase).strip():
            yield Correction(f"{name}, {key}", f"It is not translated: {_plain(phrase)}")


def _static(frontend: Path) -> list[str]:
    pages = (empty((frontend / name).read_text(encoding="utf-8")) for name in FOR_SIGNERS)
    said = (sentence for page in pages for sentence in sentences(page))
    return [text for text in dict.fromkeys(said) if re.search(r"[A-Za-z]", text)]


def _plain(phrase: Any) -> str:
    return phrase if isinstance(phrase, str) else str(phrase["other"])


def _places(phrase: Any) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", _plain(phrase)))
