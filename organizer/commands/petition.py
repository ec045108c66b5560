"""`petition`: a petition's texts, pages and news, from the first question to what readers see."""

import datetime as dt
import webbrowser
from pathlib import Path
from typing import Annotated, Any

import typer
from petition.campaign import Campaign
from pydantic import ValidationError

from organizer import MISUNDERSTOOD, WRONG, CannotDo
from organizer.campaigns.correction import Correction
from organizer.campaigns.file import FRONTEND, read_all, read_one, write_campaign
from organizer.campaigns.interface import begin_language, lacking
from organizer.campaigns.interview import interview
from organizer.campaigns.preview import find_page
from organizer.campaigns.review import review
from organizer.campaigns.validity import advise, parse, validate
from organizer.connection import find_connection
from organizer.pages.cards import draw_cards
from organizer.pages.page import Pages
from organizer.pages.updates import Update, add_update, write_feeds
from organizer.terminal import JsonOption, ask, emit, say, show

petition = typer.Typer(
    no_args_is_help=True, help="Write a petition, look at it, and tell its news."
)

PetitionArgument = Annotated[
    str | None, typer.Argument(help="Its id; left out, the one of --petition.")
]
LanguageOption = Annotated[
    list[str] | None, typer.Option(help="A language tag, as in zh-Hans; may be repeated.")
]


@petition.command("new")
def new(
    name: Annotated[str | None, typer.Argument(metavar="[PETITION]", help="Its id.")] = None,
    language: LanguageOption = None,
    source: Annotated[
        Path | None,
        typer.Option("--from", help="Take the answers from a JSON file instead of asking."),
    ] = None,
) -> None:
    """
    Ask for a petition's texts and settings, and write them into functions/campaigns.

    A language that the page does not speak yet gets a file of phrases to be translated; with
    --language alone, and no petition, that is all that happens.
    """
    languages = language or []
    if languages and name is None and source is None:
        return _begin_languages(languages)
    content = _read_answers(source, name) if source else interview(name, languages)
    campaign, corrections = validate(content)
    if campaign is None:
        _show(corrections)
        raise CannotDo("Nothing was written.")
    path = write_campaign(content)
    say(f"{path} holds it. Now `organizer petition check {campaign.petition}`.")
    _begin_languages(campaign.languages)


@petition.command("check")
def check(
    context: typer.Context, name: PetitionArgument = None, as_json: JsonOption = False
) -> None:
    """
    Say every mistake in a petition, where it is, and what to write instead.

    Ends with 1 if something has to be changed before the petition can be shown.
    """
    id = name or context.obj["petition"]
    corrections = review(id)
    if as_json:
        emit([{"place": x.place, "advice": x.advice, "must": x.must} for x in corrections])
    else:
        _show(corrections)
    if any(correction.must for correction in corrections):
        raise typer.Exit(WRONG)
    if not as_json:
        show(
            f"{id} can be shown."
            if not corrections
            else f"{id} can be shown; think about the rest."
        )


@petition.command("page")
def page(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PETITION]…", help="Their ids; left out, all of them."),
    ] = None,
    root: Annotated[
        bool, typer.Option("--root", help="Make it the petition that the page's root shows.")
    ] = False,
    cards: Annotated[
        bool, typer.Option(help="Draw the pictures that shared links show, with Chromium.")
    ] = True,
) -> None:
    """Write the pages of petitions, their feeds, and the cards that shared links show."""
    pages = Pages(read_all(), FRONTEND)
    wanted = [read_one(name).petition for name in names or pages.campaigns]
    if root and len(wanted) != 1:
        raise CannotDo("Name the one petition that the root shall show.", MISUNDERSTOOD)
    for name in wanted:
        _write_pages(pages, pages.campaigns[name])
    if root:
        pages.write_root(wanted[0])
    if cards:
        drawn = draw_cards([pages.campaigns[name] for name in wanted], FRONTEND)
        if not drawn:
            say("There is no Chromium to draw the cards with; run this again where there is one.")
    show("\n".join(f"frontend/{name}/index.html" for name in wanted))


@petition.command("preview")
def preview(
    context: typer.Context,
    name: PetitionArgument = None,
    browse: Annotated[
        bool, typer.Option("--open/--no-open", help="Open it in this machine's browser.")
    ] = True,
) -> None:
    """Show a petition's page as the local run of `make run` serves it, where signing works."""
    id = read_one(name or context.obj["petition"]).petition
    local = find_connection(None, "(default)", id).local
    if local is None:
        raise CannotDo(
            "A preview is of the local run: unset GOOGLE_CLOUD_PROJECT, and start `make run`.",
            MISUNDERSTOOD,
        )
    address = find_page(local.site, id)
    show(address)
    if browse:
        webbrowser.open(address)


@petition.command("update")
def update(
    context: typer.Context,
    name: PetitionArgument = None,
    date: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Its day; today if left out.")
    ] = None,
    text: Annotated[
        list[str] | None,
        typer.Option(help="LANGUAGE=TEXT, once for each language; asked for if left out."),
    ] = None,
) -> None:
    """
    Add a piece of news in every language, and write it into the page and the feeds.

    No function changes: `make deploy` then uploads the page and the feeds alone.
    """
    campaign = read_one(name or context.obj["petition"])
    texts = _given(campaign, text) if text else _asked(campaign)
    day = date.date() if date else dt.date.today()
    if day < campaign.started:
        raise CannotDo(f"The petition began on {campaign.started}, after that day.", MISUNDERSTOOD)
    add_update(FRONTEND, campaign.petition, _update(day, texts))
    _write_pages(Pages(read_all(), FRONTEND), campaign)
    say("It is on the page and in the feeds. `make deploy` puts it online.")
    show(f"frontend/{campaign.petition}/index.html")


def _begin_languages(languages: Any) -> None:
    for language in languages:
        if path := begin_language(FRONTEND, language):
            say(f"The page does not speak {language} yet: translate {path}.")


def _read_answers(path: Path, name: str | None) -> dict[str, Any]:
    try:
        content, corrections = parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CannotDo(f"{path} cannot be read: {error.strerror}.", MISUNDERSTOOD) from None
    if corrections or not isinstance(content, dict):
        _show(corrections)
        raise CannotDo(f"{path} is no petition; nothing was written.")
    return content | ({"petition": name} if name else {})


def _show(corrections: list[Correction]) -> None:
    for correction in corrections:
        mark = "must" if correction.must else "better"
        show(f"{mark}: {correction.place or 'the file'}: {correction.advice}")


def _write_pages(pages: Pages, campaign: Campaign) -> None:
    faults = [fault for language in campaign.languages for fault in lacking(FRONTEND, language)]
    if faults:
        _show(faults)
        raise CannotDo("The page cannot say everything in these languages; nothing was written.")
    pages.write(campaign.petition)
    write_feeds(FRONTEND, campaign)


def _update(day: dt.date, texts: dict[str, str]) -> Update:
    try:
        return Update(date=day, texts=texts)
    except ValidationError as error:
        faults = [f"In {fault['loc'][-1]}: {advise(fault)}" for fault in error.errors()]
        raise CannotDo(" ".join(faults), MISUNDERSTOOD) from None


def _given(campaign: Campaign, options: list[str]) -> dict[str, str]:
    texts = {language: text for language, _, text in (x.partition("=") for x in options)}
    if set(texts) != set(campaign.languages) or not all(texts.values()):
        raise CannotDo(
            f"Give one text for each of {', '.join(campaign.languages)}, as in "
            f'--text {campaign.languages[0]}="…".',
            MISUNDERSTOOD,
        )
    return texts


def _asked(campaign: Campaign) -> dict[str, str]:
    texts = {language: ask(f"The news in {language}:") for language in campaign.languages}
    if not all(texts.values()):
        raise CannotDo("News is told in every language of the petition; nothing was written.")
    return texts
