"""The page in a real browser: it fits every width, without a complaint and without the network.

Where there is no Chromium these tests are skipped and say so; what can be read from the HTML is in test_page.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.unit.report.report_kit import SOURCES, collected, objectives, outage

from techmoda_ha.report.language import Language
from techmoda_ha.report.page import render

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no Chromium here: apt-get install chromium")
WIDTHS = (390, 768, 1280)
# Every page is shown in frames of each width; the script reports how wide it is drawn, and what is not drawn.
FRAMES = """<!doctype html><title>frames</title>{frames}<script>
addEventListener("load", () => {{
  const found = [...document.querySelectorAll("iframe")].map(frame => {{
    const page = frame.contentDocument;
    const boxes = [...page.querySelectorAll("svg")].map(one => one.getBoundingClientRect());
    return {{width: frame.width, drawn: page.documentElement.scrollWidth, pictures: boxes.length,
             empty: boxes.filter(one => one.width < 100 || one.height < 20).length}};
  }});
  document.body.innerHTML = "<pre>" + JSON.stringify(found) + "</pre>";
}});
</script>"""


def shown(folder: Path, page: str) -> tuple[list[dict[str, Any]], str]:
    """Return what each frame reports, and what the browser complained of."""
    frames = "".join(
        f'<iframe width="{width}" height="900" srcdoc="{html.escape(page)}"></iframe>' for width in WIDTHS
    )
    (folder / "frames.html").write_text(FRAMES.format(frames=frames))
    command = [
        str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        f"--user-data-dir={folder / 'profile'}", "--host-resolver-rules=MAP * ~NOTFOUND",
        "--enable-logging=stderr", "--virtual-time-budget=5000", "--dump-dom",
        (folder / "frames.html").as_uri(),
    ]  # fmt: skip
    ended = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    reported = re.search(r"<pre>(.*)</pre>", ended.stdout)
    assert reported, ended.stderr[-2000:]
    complaints = "\n".join(line for line in ended.stderr.splitlines() if "CONSOLE" in line)
    return json.loads(html.unescape(reported[1])), complaints


@pytest.mark.parametrize("language", Language)
def test_the_page_fits_every_width_and_every_picture_is_drawn(tmp_path: Path, language: Language) -> None:
    page = render(language, collected(outage()), objectives(), SOURCES)
    frames, complaints = shown(tmp_path, page)
    assert [one["width"] for one in frames] == [str(width) for width in WIDTHS]
    assert [one for one in frames if one["drawn"] > int(one["width"])] == []
    assert {one["pictures"] for one in frames} == {3}
    assert {one["empty"] for one in frames} == {0}
    assert complaints == ""


def test_a_page_that_is_too_wide_or_complains_is_seen(tmp_path: Path) -> None:
    page = "<!doctype html><svg width=10></svg><p style='width:2000px'>x</p><script>nothing()</script>"
    frames, complaints = shown(tmp_path, page)
    assert all(one["drawn"] > int(one["width"]) and one["empty"] == 1 for one in frames)
    assert "nothing is not defined" in complaints
