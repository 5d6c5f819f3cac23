"""The documents as a site: the Markdown files as they lie here, beside what they link to, rendered by MkDocs.

No page is written for the site: what a reader of the repository sees is what the site shows.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt

from techmoda_ha.errors import HaError

SOURCES = ("*.md", "docs/**/*.md", "modules/**/README.md", "benchmarks/*.md", "requirements/*.md")
# Titles of the chapters in their order, and the folder whose pages each has but for those of a deeper one.
CHAPTERS = {
    "Documents": "docs/",
    "Runbooks": "docs/runbooks/",
    "Modules": "modules/",
    "Decisions": "docs/decisions/",
    "En español": "docs/es/",
}
GENERATED = (".terraform", "build")
SPANISH_README = "README.es.md"
STYLE = "site.css"
# The theme never wraps a table's cells, so that half of a wide table would be out of sight.
STYLES = """.wy-nav-content { max-width: 60rem }
.wy-table-responsive table td, .wy-table-responsive table th { white-space: normal }
"""
HEADING = re.compile(r"^# +(.+)$", re.MULTILINE)


def build(root: Path, folder: Path, *, setup: Path) -> Path:
    """Build the site of the documents in `root` under `folder`; return its first page.

    `setup` is the script that installs MkDocs. A link that leads nowhere fails the build. The former site
    stays until the new one is whole. Raises HaError when MkDocs cannot be installed or refuses the pages.
    """
    _run([sys.executable, str(setup), "--with", "docs"], "MkDocs could not be installed.", root)
    source, made, site = folder / "source", folder / "made", folder / "html"
    for stale in (source, made):
        shutil.rmtree(stale, ignore_errors=True)
    stage(root, source)
    configuration = folder / "mkdocs.yml"
    configuration.write_text(json.dumps(settings(root, source, made)), encoding="utf-8")
    mkdocs = root / "build" / "venv" / "docs" / "bin" / "mkdocs"
    command = [str(mkdocs), "build", "--strict", "--config-file", str(configuration)]
    _run(command, "The documents do not make a site.", root)
    shutil.rmtree(site, ignore_errors=True)
    made.rename(site)
    return site / "index.html"


def pages(root: Path) -> list[Path]:
    """Return the paths of all documents, relative to `root`, sorted."""
    found = {file.relative_to(root) for pattern in SOURCES for file in root.glob(pattern)}
    return sorted(page for page in found if not set(page.parts) & set(GENERATED))


def stage(root: Path, source: Path) -> None:
    """Copy every document to `source`, and every file that one of them shows or links to.

    A link to a folder leads to the folder's README on the site, as it does in the repository.
    """
    for page in pages(root):
        text = (root / page).read_text(encoding="utf-8")
        for link in dict.fromkeys(_links(text)):
            target = (root / page).parent / unquote(urlsplit(link).path)
            if target.is_file() and target.suffix != ".md":
                _copy(target, source / target.resolve().relative_to(root.resolve()))
            elif (target / "README.md").is_file():
                text = text.replace(f"]({link})", f"]({link.rstrip('/')}/README.md)")
        copy = source / page
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, encoding="utf-8")
    (source / STYLE).write_text(STYLES, encoding="utf-8")


def settings(root: Path, source: Path, site: Path) -> dict[str, object]:
    """Return MkDocs' configuration: nothing is fetched from elsewhere, and doubtful links are errors."""
    return {
        "site_name": "TechModa HA",
        "docs_dir": str(source),
        "site_dir": str(site),
        # Pages can be read from the disk, too.
        "use_directory_urls": False,
        "theme": {"name": "readthedocs", "highlightjs": False, "collapse_navigation": True},
        "extra_css": [STYLE],
        "markdown_extensions": ["tables", "fenced_code", "sane_lists", {"toc": {"permalink": True}}],
        "validation": {"links": {"anchors": "warn", "absolute_links": "warn", "not_found": "warn"}},
        "nav": navigation(root, pages(root)),
    }


def navigation(root: Path, documents: Iterable[Path]) -> list[dict[str, object]]:
    """Return the tree of pages: the README, each chapter with its pages in order, and the rest."""
    chapters: dict[str, list[dict[str, str]]] = {title: [] for title in CHAPTERS}
    front: list[dict[str, object]] = []
    for page in sorted(documents, key=lambda page: (page.name != "README.md", str(page))):
        name = page.as_posix()
        fitting = [title for title, folder in CHAPTERS.items() if name.startswith(folder)]
        chapter = (
            "En español" if name == SPANISH_README else max(fitting, key=CHAPTERS.__getitem__, default="")
        )
        if chapter:
            chapters[chapter].append({_title(root / page): name})
        else:
            front.append({_title(root / page): name})
    filled: list[dict[str, object]] = [{title: entries} for title, entries in chapters.items() if entries]
    return [*front[:1], *filled, *front[1:]]


def _title(page: Path) -> str:
    found = HEADING.search(page.read_text(encoding="utf-8"))
    return found.group(1).replace("`", "") if found else page.stem


def _links(text: str) -> Iterator[str]:
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        for inner in token.children or []:
            link = inner.attrGet("href") or inner.attrGet("src")
            if link and not urlsplit(str(link)).scheme and urlsplit(str(link)).path:
                yield str(link)


def _copy(file: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, to)


def _run(command: list[str], complaint: str, folder: Path) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)
    if done.returncode:
        raise HaError(complaint, "Its words are above.", detail=(done.stderr or done.stdout).strip())
