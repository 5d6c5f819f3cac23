"""The changelog tells what is new, and the modules' READMEs what their HCL takes and gives."""

from __future__ import annotations

import re
from pathlib import Path

from tests.unit.documentation.markdown import ROOT

from techmoda_ha.documentation.commands import outdated_files
from techmoda_ha.documentation.module_tables import readmes

KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def complaints(changelog: str) -> list[str]:
    """Return what is wrong with a changelog (Keep a Changelog 1.1.0)."""
    sections = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    if not sections or not sections[0].startswith(("Unreleased", "[Unreleased]")):
        return ["the first section is not Unreleased"]
    found = []
    for section in sections:
        title = section.splitlines()[0]
        kinds = re.findall(r"^### (.+)$", section, re.MULTILINE)
        found += [f"{title}: {kind} is no kind of change" for kind in kinds if kind not in KINDS]
        if not re.search(r"^- \S", section, re.MULTILINE):
            found.append(f"{title}: nothing is told")
    return found


def test_the_changelog_tells_what_is_not_released_yet() -> None:
    assert complaints((ROOT / "CHANGELOG.md").read_text()) == []


def test_a_changelog_that_tells_nothing_is_found() -> None:
    assert complaints("# Changelog\n\n## 1.0.0\n\n- x\n")
    assert complaints("# Changelog\n\n## Unreleased\n")
    assert complaints("# Changelog\n\n## Unreleased\n\n### News\n\n- x\n")


def test_every_module_has_a_readme_with_the_tables_of_its_hcl() -> None:
    modules = {file.parent for file in (ROOT / "modules").glob("*/*.tf")}
    assert [module.name for module in modules if not (module / "README.md").is_file()] == []
    assert [str(path) for path in outdated_files(ROOT, readmes(ROOT))] == [], (
        "write them anew: make docs-tables"
    )


def test_a_readme_whose_module_got_another_input_is_found(tmp_path: Path) -> None:
    module = tmp_path / "modules" / "one"
    module.mkdir(parents=True)
    (module / "variables.tf").write_text('variable "a" {\n  description = "First."\n}\n')
    (module / "README.md").write_text("# one\n")
    for path, content in dict(readmes(tmp_path)).items():
        (tmp_path / path).write_text(content)
    assert outdated_files(tmp_path, readmes(tmp_path)) == {}
    (module / "variables.tf").write_text('variable "b" {\n  description = "Second."\n}\n')
    assert list(outdated_files(tmp_path, readmes(tmp_path))) == [Path("modules/one/README.md")]
