"""
The languages of a page, beside the petition's own texts.

What a page says in a language that never changes stands in its HTML, one element for each language,
marked by `lang`. A language that is added has all of it in one file, `frontend/phrases/{tag}.json`:
the phrases, and under `static`, by the English sentence, what stands in the HTML.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

ENGLISH = "en"
STATIC = "static"

# What is typed or opened as it is, in every language.
_VERBATIM = re.compile(r"<code.*?</code>|(?<=>)[\w.]+\.json(?=<)")
_TEXT = re.compile(r">([^<]*[^<\s][^<]*)<")


def read_phrases(frontend: Path) -> dict[str, dict[str, Any]]:
    """Read all files of phrases, by language tag in alphabetical order."""
    paths = sorted((frontend / "phrases").glob("*.json"))
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}


def sentences(page: str) -> list[str]:
    """Return what stands in an emptied page's HTML in English, each once, in its order."""
    blocks = (_VERBATIM.sub("<>", block) for block in _blocks(page, ENGLISH))
    texts = (text for block in blocks for text in _TEXT.findall(block))
    return list(dict.fromkeys(text.strip() for text in texts))


def speaks(page: str, language: str) -> bool:
    """Tell whether a page says anything in a language."""
    return any(_blocks(page, language))


def speak(page: str, language: str, phrases: Mapping[str, Any]) -> str:
    """
    Return an emptied page that says in a language what it says in English.

    The first languages have it in the page itself. What another one has not translated stays
    English; `organizer petition check` names it.
    """
    if STATIC not in phrases:
        return page
    page, said = _block(language).sub("", page), phrases[STATIC]

    def add(found: re.Match[str]) -> str:
        block = _TEXT.sub(lambda text: f">{_translate(text[1], said)}<", found[0])
        block = re.sub(rf'="(#?){ENGLISH}"', rf'="\g<1>{language}"', block)
        return found[0] + re.sub(rf"(<!-- \w+ ){ENGLISH}:", rf"\g<1>{language}:", block)

    return _block(ENGLISH).sub(add, page)


def keep_languages(page: str, languages: Collection[str], *, hide: bool = False) -> str:
    """
    Return a page that speaks these languages and no other.

    Args:
        hide: Leave the others in it, unseen, because other pages are written from this one.
    """
    for language in set(re.findall(r'<(?!html)[^<>]*\slang="([\w-]+)"', page)):
        keep = language in languages
        if hide:
            page = _block(language).sub(_show if keep else _hide, page)
        elif not keep:
            page = _block(language).sub("", page)
    return page


def style_rules(languages: Iterable[str]) -> str:
    """Return the rules by which a page shows one language, and marks it in its switch."""
    hidden = (f'html.script[lang="{x}"] .text:not([lang="{x}"])' for x in languages)
    marked = (f'.script[lang="{x}"] nav [lang="{x}"]' for x in languages)
    current = "color: var(--ink); font-weight: 600; box-shadow: inset 0 -2px var(--light);"
    return ",\n".join(hidden) + " { display: none; }\n" + ",\n".join(marked) + f" {{ {current} }}\n"


def _blocks(page: str, language: str) -> Iterable[str]:
    return (found[0] for found in _block(language).finditer(page))


def _block(language: str) -> re.Pattern[str]:
    """Match an element in a language with the space before it; none holds another of its name."""
    return re.compile(
        rf'\n? *<(?P<tag>(?!html\b)\w+)(?=[^<>]*\slang="{language}")[^<>]*>.*?</(?P=tag)>',
        re.DOTALL,
    )


def _hide(block: re.Match[str]) -> str:
    opening, end, rest = _show(block).partition(">")
    return f"{opening} hidden{end}{rest}"


def _show(block: re.Match[str]) -> str:
    opening, end, rest = block[0].partition(">")
    return opening.removesuffix(" hidden") + end + rest


def _translate(text: str, said: Mapping[str, str]) -> str:
    sentence = text.strip()
    return text.replace(sentence, said.get(sentence) or sentence)
