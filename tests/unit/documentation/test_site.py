"""The documents' site has every document, once, and nothing that is not one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from techmoda_ha.documentation import site

ROOT = Path(__file__).resolve().parents[3]


def leaves(tree: list[dict[str, Any]]) -> list[str]:
    """Return the files that a navigation leads to."""
    return [
        file
        for entry in tree
        for value in entry.values()
        for file in ([value] if isinstance(value, str) else leaves(value))
    ]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "docs" / "runbooks").mkdir(parents=True)
    (tmp_path / "modules" / "api" / ".terraform").mkdir(parents=True)
    (tmp_path / "README.md").write_text(
        "# Shop\n![map](docs/map.svg) [module](modules/api/) [web](https://a.example/)"
    )
    (tmp_path / "docs" / "map.svg").write_text("<svg/>")
    (tmp_path / "docs" / "unused.svg").write_text("<svg/>")
    (tmp_path / "docs" / "runbooks" / "api.md").write_text("# The `API`\n[limits](../../limits.yaml#top)")
    (tmp_path / "limits.yaml").write_text("rate: 1")
    (tmp_path / "modules" / "api" / "README.md").write_text("# api")
    (tmp_path / "modules" / "api" / ".terraform" / "README.md").write_text("# somebody else's")
    return tmp_path


def test_every_document_of_this_project_is_in_the_navigation_once() -> None:
    documents = site.pages(ROOT)
    found = leaves(site.navigation(ROOT, documents))
    assert sorted(found) == [page.as_posix() for page in documents]
    assert found[0] == "README.md"
    assert {"docs/architecture.md", "docs/es/arquitectura.md", "modules/api/README.md"} <= set(found)


def test_what_terraform_downloaded_is_no_document(checkout: Path) -> None:
    names = [page.as_posix() for page in site.pages(checkout)]
    assert names == ["README.md", "docs/runbooks/api.md", "modules/api/README.md"]


def test_what_a_page_shows_or_links_to_is_staged_beside_it_and_nothing_else(
    checkout: Path, tmp_path: Path
) -> None:
    source = tmp_path / "staged"
    site.stage(checkout, source)
    staged = {file.relative_to(source).as_posix() for file in source.rglob("*") if file.is_file()}
    assert staged == {
        "README.md", "docs/map.svg", "docs/runbooks/api.md", "limits.yaml", "modules/api/README.md",
        site.STYLE,
    }  # fmt: skip


def test_a_link_to_a_folder_leads_to_its_readme(checkout: Path, tmp_path: Path) -> None:
    site.stage(checkout, tmp_path / "staged")
    assert "[module](modules/api/README.md)" in (tmp_path / "staged" / "README.md").read_text()


def test_a_page_is_in_the_chapter_of_its_innermost_folder(checkout: Path) -> None:
    tree = site.navigation(checkout, site.pages(checkout))
    assert tree == [
        {"Shop": "README.md"},
        {"Runbooks": [{"The API": "docs/runbooks/api.md"}]},
        {"Modules": [{"api": "modules/api/README.md"}]},
    ]


def test_the_site_fetches_nothing_and_takes_a_broken_link_for_an_error(checkout: Path) -> None:
    settings = site.settings(checkout, checkout / "source", checkout / "html")
    assert settings["theme"] == {"name": "readthedocs", "highlightjs": False, "collapse_navigation": True}
    assert settings["validation"] == {
        "links": {"anchors": "warn", "absolute_links": "warn", "not_found": "warn"}
    }
