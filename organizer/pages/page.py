"""
A petition's pages, written from its JSON.

`frontend/index.html` and those beside it are the pages of one petition, the *root's*, and at the
same time what every other page is written from. A petition's own pages lie in `frontend/{id}/`:
the same files with its texts, its languages, and addresses that lead one folder up.
"""

import datetime as dt
import html
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from petition.campaign import Campaign
from petition.link import describe

from organizer import ROOT
from organizer.pages.addressing import lead_from_folder
from organizer.pages.languages import (
    ENGLISH,
    STATIC,
    keep_languages,
    read_phrases,
    speak,
    speaks,
    style_rules,
)
from organizer.pages.plea import regions
from organizer.pages.updates import feed_links, list_updates, read_updates

# What a signer reads is there in all of a petition's languages; explanations for engineers are in
# those that the page has always had.
FOR_SIGNERS = ("index.html", "withdraw.html", "courier.html", "kakao.html")
PAGES = (*FOR_SIGNERS, "problems.html")


@dataclass(frozen=True)
class Pages:
    """
    Where the pages lie.

    Args:
        frontend: The folder of the page.
        campaigns: All petitions that a page may lead to, by id.
        now: Whose stage is shown where no script can tell the time.
    """

    campaigns: Mapping[str, Campaign]
    frontend: Path = ROOT / "frontend"
    now: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))

    @property
    def root_petition(self) -> str:
        """Return the id of the petition that the root shows."""
        found = re.search(r'<html[^>]* data-petition="([^"]*)"', self._shell("index.html"))
        return found[1] if found else ""

    def write(self, petition: str) -> list[Path]:
        """Write a petition's own pages, and the root's again where they show or list it."""
        root = self.root_petition
        written = [
            _write(self.frontend / petition / name, self.own_page(petition, name)) for name in PAGES
        ]
        return written + (self.write_root(root) if root in self.campaigns else [])

    def write_root(self, petition: str) -> list[Path]:
        """Make a petition the one that the root shows."""
        style = self.frontend / "style.css"
        written = [(name, self.root_page(petition, name)) for name in PAGES]
        written.append((style.name, show_languages(style.read_text("utf-8"), self.frontend)))
        return [_write(self.frontend / name, text) for name, text in written]

    def own_page(self, petition: str, name: str) -> str:
        """Return a page of a petition as it should be in the petition's folder."""
        campaign = self.campaigns[petition]
        shell = lead_from_folder(self._spoken(name))
        languages = _languages(shell, campaign)
        page = self._fill(shell, campaign, languages, root="../", folder="")
        return keep_languages(page, languages)

    def root_page(self, petition: str, name: str) -> str:
        """Return a page of a petition as it should be at the root."""
        campaign, shell = self.campaigns[petition], self._spoken(name)
        languages = _languages(shell, campaign)
        others = self._others(petition, languages) if name == "index.html" else ""
        page = self._fill(shell, campaign, languages, root="", folder=f"{petition}/", others=others)
        return keep_languages(page, languages, hide=True)

    def _shell(self, name: str) -> str:
        return (self.frontend / name).read_text(encoding="utf-8")

    def _spoken(self, name: str) -> str:
        """Return a page with every language for which there are phrases."""
        page = empty(self._shell(name))
        for language, phrases in read_phrases(self.frontend).items():
            if name in FOR_SIGNERS:
                page = speak(page, language, phrases)
        return page

    def _fill(
        self,
        page: str,
        campaign: Campaign,
        languages: Sequence[str],
        *,
        root: str,
        folder: str,
        others: str = "",
    ) -> str:
        phrases = read_phrases(self.frontend)
        updates = read_updates(self.frontend, campaign.petition)
        page = _name(page, campaign, languages, root, campaign.stage(self.now))
        return rewrite(
            page,
            [
                ("feeds", feed_links(campaign, folder)),
                ("phrases", phrase_blocks({x: phrases[x] for x in languages})),
                *regions(campaign, phrases, self.now),
                ("updates", list_updates(campaign, updates, phrases, folder)),
                ("petitions", others),
            ],
        )

    def _others(self, petition: str, languages: Collection[str]) -> str:
        others = [self.campaigns[id] for id in self.campaigns if id != petition]
        return list_petitions(others, languages, read_phrases(self.frontend)) if others else ""


def rewrite(page: str, parts: Iterable[tuple[str, str]]) -> str:
    """Put each part into its place in a page, which is between two comments of its name."""
    for name, part in parts:
        place = re.compile(rf"(<!-- {name}: begin -->\n).*?( *<!-- {name}: end -->)", re.DOTALL)
        page = place.sub(lambda found, part=part: found[1] + part + found[2], page)  # type: ignore[misc]
    return page


def show_languages(style: str, frontend: Path) -> str:
    """Return the style with the rules of every language for which there are phrases."""
    rules = style_rules(read_phrases(frontend))
    begin, end = "/* languages: begin */\n", "/* languages: end */\n"
    head, _, tail = style.partition(begin)
    return head + begin + rules + end + tail.partition(end)[2]


def empty(page: str) -> str:
    """Take out of a page what is written into it anew."""
    return re.sub(
        r"(<!-- ([\w -]+): begin -->\n).*?( *<!-- \2: end -->)", r"\1\3", page, flags=re.DOTALL
    )


def _languages(page: str, campaign: Campaign) -> list[str]:
    """Return those of a petition's languages that a page speaks, or English if there is none."""
    return [x for x in campaign.languages if speaks(page, x)] or [ENGLISH]


def phrase_blocks(phrases: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the page's own phrases, as blocks of data that no script has to ask for."""
    return "".join(
        f'    <script type="application/json" id="phrases-{language}">{_compact(said)}</script>\n'
        for language, said in phrases.items()
    )


def _compact(said: Mapping[str, Any]) -> str:
    """Write phrases in one line that no HTML parser can mistake for its end."""
    spoken = {key: phrase for key, phrase in said.items() if key != STATIC}
    return json.dumps(spoken, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _name(page: str, campaign: Campaign, languages: Sequence[str], root: str, stage: str) -> str:
    """Say in a page's head whose it is, for its scripts, for previews and for the tab."""
    say = html.escape
    first = languages[0]
    otherwise = ENGLISH if ENGLISH in languages else first
    element = (
        f'<html lang="{first}" data-petition="{campaign.petition}" data-root="{root}" '
        f'data-languages="{" ".join(languages)}" data-otherwise="{otherwise}">'
    )
    texts = campaign.texts_in(otherwise)
    for pattern, written in [
        (r"<html[^>]*>", element),
        (r"(?<=<title>)[^<]*", say(campaign.hashtag)),
        (r'(?<=<meta name="description" content=")[^"]*', say(describe(texts.at(stage)))),
        (r'(?<=<meta property="og:title" content=")[^"]*', say(texts.title)),
        (
            r'(?<=<meta property="og:image" content=")[^"]*',
            f"{root}cards/{campaign.petition}-{otherwise}-{stage}.png",
        ),
    ]:
        # A backslash of a text is no reference to a group.
        page = re.sub(pattern, written.replace("\\", r"\\"), page, count=1)
    # How whoever signs without script ends the functions' addresses.
    return re.sub(r'(<code class="petition">/)[^<]*', rf"\g<1>{campaign.petition}", page)


def list_petitions(
    others: Sequence[Campaign],
    languages: Iterable[str],
    phrases: Mapping[str, Mapping[str, Any]],
) -> str:
    """Return the way from the root to the pages of other petitions, in the root's languages."""
    say = html.escape
    lists = "".join(
        f'      <div class="text" lang="{language}">\n'
        f"        <h2>{say(phrases[language]['petitions.heading'])}</h2>\n        <ul>\n"
        + "".join(
            f'          <li><a href="{other.petition}/" data-within>'
            f"{say(other.texts_in(language).title)}</a></li>\n"
            for other in others
        )
        + "        </ul>\n      </div>\n"
        for language in languages
    )
    return f'    <nav class="petitions" data-label="petitions.heading">\n{lists}    </nav>\n'


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
