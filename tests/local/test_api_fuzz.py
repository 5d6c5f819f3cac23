"""Generated requests: a short run here, `make fuzz-api` sends thousands."""

from __future__ import annotations

import json

import pytest
from tests.local.conftest import Deployed

pytestmark = [pytest.mark.local, pytest.mark.slow]

CASES = 300
SEED = 20251128  # the same requests in each run: another outcome is another behaviour


def test_no_generated_request_gets_a_server_error_or_an_answer_that_openapi_does_not_know(
    deployed: Deployed,
) -> None:
    answer = deployed.ha.run(
        "fuzz", "--cases", str(CASES), "--seed", str(SEED), "--max-seconds", "240", "--json"
    )
    evidence = json.loads(answer.stdout)
    assert evidence["passed"] is True
    assert evidence["measurements"]["cases"] >= CASES
    assert evidence["measurements"]["violations"] == evidence["measurements"]["server_errors"] == 0
    assert json.loads((deployed.ha.build / "evidence" / "fuzz-api.json").read_text()) == evidence


def test_a_run_without_time_for_its_requests_says_so(deployed: Deployed) -> None:
    answer = deployed.ha.run("fuzz", "--cases", "100000", "--max-seconds", "1", check=False)
    assert answer.returncode == 2, answer.stderr
    assert "error: Only" in answer.stderr
    assert "of 50000 requests were sent" in answer.stderr
