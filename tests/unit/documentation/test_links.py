"""Every link within the repository leads somewhere, also those that alarms send to the engineer on call."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

from tests.unit.documentation.markdown import ROOT, Document, documents, slug

from techmoda_ha.documentation.reference import decision_index, runbook_index

RUNBOOKS, DECISIONS = ROOT / "docs" / "runbooks", ROOT / "docs" / "decisions"
# In Terraform: "${…runbook_base_url}/FILE.md#ANCHOR", or `runbook = "FILE#ANCHOR"` in a table of alarms.
IN_TERRAFORM = re.compile(r"""runbook_base_url(?:, "/"\))?\}/([a-z-]+)\.md(?:#([a-z0-9-]+))?|"""
                          r"""runbook\s*=\s*"([a-z-]+)(?:\.md)?(?:#([a-z0-9-]+))?\"""")  # fmt: skip


def broken_links(document: Document, root: Path = ROOT) -> list[str]:
    """Return the links of a document that lead nowhere."""
    found = []
    for link in document.links:
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (document.path.parent / path).resolve() if path else document.path
        if not target.exists() or not target.is_relative_to(root):
            found.append(f"{document.path.name}: {link}: there is no such file")
        elif anchor and target.suffix == ".md" and anchor not in Document(target, target.read_text()).anchors:
            found.append(f"{document.path.name}: {link}: the file has no such heading")
    return found


def test_every_link_leads_to_a_file_and_a_heading() -> None:
    found = [problem for document in documents() for problem in broken_links(document)]
    assert not found, "\n".join(found)


def test_links_to_nowhere_are_found(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# A heading\n")
    text = "[a](there.md#a-heading) [b](gone.md) [c](there.md#gone) [d](#gone) ![e](gone.svg) [f](../out.md)"
    problems = broken_links(Document(tmp_path / "here.md", text), tmp_path)
    assert [problem.split(": ")[1] for problem in problems] == [
        "gone.md", "there.md#gone", "#gone", "gone.svg", "../out.md",
    ]  # fmt: skip


def test_headings_become_the_anchors_that_github_makes() -> None:
    assert slug("What `ha` does: 1. It's [here](x.md)") == "what-ha-does-1-its-here"
    assert Document(Path("x.md"), "# A\n\n# A\n").anchors == {"a", "a-1"}


def runbooks_of_alarms(text: str) -> set[tuple[str, str]]:
    found = IN_TERRAFORM.findall(text)
    return {(f"{file or short}.md", anchor or section) for file, anchor, short, section in found}


def test_every_runbook_that_an_alarm_names_exists_with_its_heading() -> None:
    named = {one for file in (ROOT / "modules").rglob("*.tf") for one in runbooks_of_alarms(file.read_text())}
    assert named
    missing = [
        f"{file}#{anchor}"
        for file, anchor in sorted(named)
        if not (RUNBOOKS / file).is_file()
        or (anchor and anchor not in Document(RUNBOOKS / file, (RUNBOOKS / file).read_text()).anchors)
    ]
    assert missing == []


def test_the_pattern_reads_an_alarms_runbook() -> None:
    text = (
        'alarm_description = "Runbook: ${var.runbook_base_url}/surge.md#throttled"\nrunbook = "lambda#errors"'
    )
    assert runbooks_of_alarms(text) == {("surge.md", "throttled"), ("lambda.md", "errors")}


def test_the_list_of_the_runbooks_is_what_there_is() -> None:
    assert (RUNBOOKS / "README.md").read_text() == runbook_index(ROOT), "write it anew: make docs-tables"


def test_the_list_of_the_decisions_is_what_there_is() -> None:
    assert (DECISIONS / "README.md").read_text() == decision_index(ROOT), "write it anew: make docs-tables"


def test_no_two_decisions_have_the_same_number() -> None:
    numbers = Counter(file.name.partition("-")[0] for file in DECISIONS.glob("[0-9]*.md"))
    assert [number for number, count in numbers.items() if count > 1] == []


def test_a_new_decision_changes_the_list(tmp_path: Path) -> None:
    folder = tmp_path / "docs" / "decisions"
    folder.mkdir(parents=True)
    (folder / "0007-why.md").write_text("# 7. Why this. And that\n\n## Context\n")
    assert decision_index(tmp_path).endswith("| 7 | [Why this. And that](0007-why.md) |\n")


def test_a_new_runbook_changes_the_list(tmp_path: Path) -> None:
    folder = tmp_path / "docs" / "runbooks"
    folder.mkdir(parents=True)
    (folder / "fire.md").write_text("# Fire\n\nIt [burns](x.md). Run.\n")
    assert runbook_index(tmp_path).endswith("| [Fire](fire.md) | It burns. |\n")
