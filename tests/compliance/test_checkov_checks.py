"""The custom checks of checkov find what they are for, and pass nothing that is unknown."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHECKOV = ROOT / "build" / "venv" / "checkov" / "bin" / "checkov"
CHECKS = ROOT / "scripts" / "checkov_checks"
Outcome = dict[str, set[str]]  # "passed" and "failed" → "CKV_TECHMODA_n resource"

GOOD = """
resource "aws_dynamodb_table" "good" {
  deletion_protection_enabled = true
  stream_view_type            = "NEW_AND_OLD_IMAGES"
}

resource "aws_dynamodb_table_replica" "good" {
  point_in_time_recovery = true
}

resource "aws_cloudwatch_metric_alarm" "good" {
  alarm_description = "It is down. Runbook: https://runbooks.techmoda.example/down.md"
}

resource "aws_route53_health_check" "good" {
  type              = "HTTPS"
  request_interval  = 10
  failure_threshold = 3
}

resource "aws_route53_record" "good" {
  health_check_id = aws_route53_health_check.good.id

  failover_routing_policy {
    type = "PRIMARY"
  }

  alias {
    name    = "d-abc.execute-api.us-east-1.amazonaws.com"
    zone_id = "Z1UJRXOUMOOFQ8"
  }
}

resource "aws_backup_plan" "good" {
  rule {
    rule_name = "weekly"

    lifecycle {
      cold_storage_after = 30
      delete_after       = 120
    }

    copy_action {
      destination_vault_arn = "arn:aws:backup:us-west-2:111111111111:backup-vault:dr"

      lifecycle {
        delete_after = 30
      }
    }
  }
}

resource "aws_api_gateway_rest_api" "good" {
  disable_execute_api_endpoint = true
}
"""
BAD = """
resource "aws_dynamodb_table" "bad" {
  stream_view_type = "KEYS_ONLY"
}

resource "aws_dynamodb_table_replica" "bad" {
  point_in_time_recovery = false
}

resource "aws_cloudwatch_metric_alarm" "bad" {
  alarm_description = "It is down."
}

resource "aws_route53_health_check" "bad" {
  type              = "HTTPS"
  request_interval  = 30
  failure_threshold = 10
}

resource "aws_route53_record" "bad" {
  failover_routing_policy {
    type = "PRIMARY"
  }

  alias {
    name    = "abc.execute-api.us-east-1.amazonaws.com"
    zone_id = "Z2FDTNDATAQYW2"
  }
}

resource "aws_backup_plan" "bad" {
  rule {
    rule_name = "weekly"

    lifecycle {
      cold_storage_after = 30
      delete_after       = 90
    }
  }
}

resource "aws_api_gateway_rest_api" "bad" {
  disable_execute_api_endpoint = false
}
"""
OPEN = """
variable "anything" {}

resource "aws_dynamodb_table" "open" {
  deletion_protection_enabled = var.anything
  stream_view_type            = var.anything
}

resource "aws_backup_plan" "open" {
  dynamic "rule" {
    for_each = var.anything

    content {
      rule_name = rule.key
    }
  }
}
"""
NUMBERS = set(range(1, 11))


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What the custom checks say of good, bad and unresolved resources."""
    folder = tmp_path_factory.mktemp("terraform")
    (folder / "main.tf").write_text(GOOD + BAD + OPEN)
    command = [
        str(CHECKOV),
        "--directory",
        str(folder),
        "--external-checks-dir",
        str(CHECKS),
        "--framework",
        "terraform",
        "--output",
        "json",
        "--quiet",
        "--skip-download",
        "--check",
        "CKV_TECHMODA_*",
    ]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)
    assert ended.returncode == 1, ended.stderr
    found = json.loads(ended.stdout)["results"]
    return {
        kind: {f"{one['check_id']} {one['resource']}" for one in found.get(f"{kind}_checks", [])}
        for kind in ("passed", "failed")
    }


def numbers(names: set[str], suffix: str) -> set[int]:
    return {int(one.split()[0].rpartition("_")[2]) for one in names if one.endswith(suffix)}


def test_every_check_finds_its_fault(outcome: Outcome) -> None:
    assert numbers(outcome["failed"], ".bad") == NUMBERS


def test_no_check_finds_fault_with_what_is_good(outcome: Outcome) -> None:
    assert numbers(outcome["failed"], ".good") == set()


def test_the_shipped_configuration_loads_the_checks() -> None:
    assert "scripts/checkov_checks" in (ROOT / ".checkov.yaml").read_text()


def test_what_checkov_could_not_resolve_neither_passes_nor_fails(outcome: Outcome) -> None:
    assert {one for names in outcome.values() for one in names if one.endswith(".open")} == set()
