"""What all tests share: whatever they write stays under build/."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis.configuration import set_hypothesis_home_dir

set_hypothesis_home_dir(Path(os.environ.get("HA_BUILD_DIR", "build")).resolve() / "cache" / "hypothesis")
