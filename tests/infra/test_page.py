"""The page as it is uploaded: compressed, and never mixed of two versions."""

import base64
import gzip
import hashlib
import re
import shutil
from pathlib import Path

import pytest

from dev import ROOT
from infra.publish import VERSIONS, publish

FRONTEND = ROOT / "frontend"


@pytest.fixture
def frontend(tmp_path: Path) -> Path:
    """Copy the page, so that a test may change it."""
    return Path(shutil.copytree(FRONTEND, tmp_path / "frontend"))


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """Name a folder for what is uploaded."""
    return tmp_path / "built"


def text(path: Path) -> str:
    """Read a compressed file."""
    return gzip.decompress(path.read_bytes()).decode()


def published(folder: Path) -> dict[str, bytes]:
    """Read everything that would be uploaded, by path."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_pages_load_everything_from_the_folder_of_their_version(built: Path) -> None:
    version = publish(FRONTEND, built)

    pages = {path.relative_to(built): path for path in built.rglob("*.html")}
    assert set(pages) == {page.relative_to(FRONTEND) for page in FRONTEND.rglob("*.html")}
    for name, page in pages.items():
        up = "../" * (len(name.parts) - 1)
        linked = re.findall(r'<(?:script|link)[^>]*? (?:src|href)="([^":]+)"', text(page))
        loaded = [address for address in linked if not address.endswith(".xml")]
        assert loaded
        # What a deployment adds keeps its own name.
        added = f"{up}config.json"
        linked, loaded = ([x for x in some if x != added] for some in (linked, loaded))
        assert [address for address in loaded if not address.startswith(f"{up}{version}/")] == []
        assert [address for address in linked if not (page.parent / address).exists()] == []


def test_pages_hold_the_style_and_the_first_script_and_allow_them_by_hash(built: Path) -> None:
    publish(FRONTEND, built)

    pages = [page for page in built.rglob("*.html") if page.name != "kakao.html"]
    assert len(pages) >= 8
    for page in pages:
        html = text(page)
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
        assert policy and "unsafe" not in policy[1]
        assert html.index(policy[0]) < html.index("<style>") < html.index("<script>")
        for element, name in (("style", "style.css"), ("script", "first.js")):
            (code,) = re.findall(rf"<{element}>(.*?)</{element}>", html, re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
            assert code == (FRONTEND / name).read_text()
            assert f"{element}-src 'self' 'sha256-{digest}';" in policy[1]


def test_the_page_that_runs_a_foreign_program_holds_no_code_itself(built: Path) -> None:
    publish(FRONTEND, built)

    for page in built.rglob("kakao.html"):
        assert "<style>" not in text(page) and "<script>" not in text(page)
        assert "sha256-" not in text(page)


def test_news_of_a_petition_makes_no_new_version(frontend: Path, built: Path) -> None:
    before = publish(frontend, built)
    for name in ("feed-en.xml", "updates.json"):
        path = frontend / "savemyfriend" / name
        path.write_text(path.read_text() + "\n")

    assert publish(frontend, built) == before
    assert (built / "savemyfriend" / "feed-en.xml").exists()
    assert not (built / "savemyfriend" / "updates.json").exists()


def test_links_between_pages_and_to_data_stay_as_they_are(built: Path) -> None:
    publish(FRONTEND, built)

    for page in built.glob("*.html"):
        before = (FRONTEND / page.name).read_text()
        assert re.findall(r'<a [^>]*href="[^"]*"', text(page)) == re.findall(
            r'<a [^>]*href="[^"]*"', before
        )


def test_changed_file_makes_a_version_of_its_own_and_leaves_the_other_as_it_was(
    frontend: Path, built: Path
) -> None:
    before = publish(frontend, built)
    first = published(built)
    style = frontend / "style.css"
    style.write_text(style.read_text() + "\n/* another */\n")

    after = publish(frontend, built)

    second = published(built)
    assert before != after
    assert text(built / after / "style.css") == style.read_text()
    assert {path for path in second if path.startswith(before)} == set()
    assert {path for path in first if path.startswith(after)} == set()


def test_changed_words_of_a_page_make_no_new_version(frontend: Path, built: Path) -> None:
    before = publish(frontend, built)
    index = frontend / "index.html"
    index.write_text(index.read_text().replace("</body>", "<p>More.</p></body>"))

    assert publish(frontend, built) == before


def test_same_files_always_give_the_same_bytes(built: Path) -> None:
    publish(FRONTEND, built)
    first = published(built)

    publish(FRONTEND, built)

    assert published(built) == first
    # Bytes 4 to 7 are a time (RFC 1952), which would be another one in the next second.
    assert {content[4:8] for path, content in first.items() if path.endswith(".js")} == {bytes(4)}


def test_everything_is_there_under_its_own_name_too_and_reads_as_before(built: Path) -> None:
    version = publish(FRONTEND, built)

    for path in (path for path in FRONTEND.rglob("*.*") if path.suffix in {".js", ".json", ".png"}):
        name = path.relative_to(FRONTEND)
        if name.name in ("headers.json", "headers-kakao.json", "updates.json"):
            continue
        one, other = (built / name).read_bytes(), (built / version / name).read_bytes()
        content = one if path.suffix == ".png" else gzip.decompress(one)
        assert one == other
        assert content == path.read_bytes()


def test_nothing_is_uploaded_that_is_not_for_readers(frontend: Path, built: Path) -> None:
    (frontend / "README.md").write_text("For editors.")
    (frontend / ".notes").write_text("For one of them.")
    (frontend / "tests").mkdir()
    (frontend / "tests" / "page.js").write_text("// For none of them.")

    publish(frontend, built)

    names = {Path(path).name for path in published(built)}
    assert names.isdisjoint({"headers.json", "headers-kakao.json", "README.md", ".notes"})
    assert not any("tests" in Path(path).parts for path in published(built))


def test_edge_knows_where_the_versions_lie() -> None:
    site = (ROOT / "infra" / "site.tf").read_text()

    assert f'site_versioned = "{VERSIONS}"' in site
