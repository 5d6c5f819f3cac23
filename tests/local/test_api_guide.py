"""docs/api.md, typed as it stands: what it tells a client to do works, in the order in which it tells it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.local.conftest import HA, Deployed
from tests.unit.documentation.markdown import ROOT, Document

from techmoda_ha.deployment import Route

pytestmark = [pytest.mark.local, pytest.mark.slow]

GUIDE = ROOT / "docs" / "api.md"
USUAL = "api.techmoda.example:4566:127.0.0.2"
END_OF_BLOCK = "\necho; echo '--8<--'\n"


def as_typed(deployed: Deployed) -> str:
    """The guide's blocks as one script, for the ports and the build folder of this deployment."""
    document = Document(GUIDE, GUIDE.read_text())
    blocks = [token.content for token in document.tokens if token.type == "fence" and token.info == "sh"]
    script = END_OF_BLOCK.join(blocks)
    region = deployed.deployment.primary
    route = Route.to(region.api_url, region.region, deployed.ha.aws.environment)
    here = urlsplit(route.base_url)
    assert USUAL in script
    script = script.replace(USUAL, f"{route.host}:{here.port}:{here.hostname}").replace(
        ":4566/", f":{here.port}/"
    )
    return script.replace("make -s token", f"{HA} token")


def test_the_guide_to_the_api_works_as_it_is_written(steady: Deployed, tmp_path: Path) -> None:
    shell = shutil.which("bash")
    assert shell
    done = subprocess.run(
        [shell, "-euo", "pipefail", "-c", as_typed(steady)], check=False, capture_output=True, text=True,
        cwd=tmp_path, env=steady.ha.variables,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["build"]  # A checkout stays as it was.
    _, read, written, changed, refused = done.stdout.split("--8<--")
    assert re.search(r"(?mi)^x-region: us-east-1", read), read
    assert json.loads(written)["price"] == "59.90"
    put, *codes = changed.strip().split("\n")
    assert (json.loads(put)["price"], codes) == ("49.90", ["200", "204"])
    problem = json.loads(refused)
    assert (problem["status"], set(problem) >= {"type", "title", "detail", "request_id"}) == (400, True)
