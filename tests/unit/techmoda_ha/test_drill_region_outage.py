"""The drill itself, on a stage of fakes: what it undoes, what makes it fail, and what it writes down."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws
from rich.console import Console
from tests.unit.techmoda_ha import drill_kit
from tests.unit.techmoda_ha.drill_kit import DR, PRIMARY

from techmoda_ha.drills import experiment, faults, outage_report, performing, steady_state
from techmoda_ha.drills.comparison import SeedComparison
from techmoda_ha.drills.faults import Variant, make_fault
from techmoda_ha.drills.measurement import Observation, Write
from techmoda_ha.drills.plan import OutagePlan
from techmoda_ha.drills.records import DrillTable
from techmoda_ha.drills.region_outage import RegionOutageDrill
from techmoda_ha.drills.runner import RegionOutageRun, experiment_file, touched
from techmoda_ha.drills.stage import Stage
from techmoda_ha.drills.watching import Sample
from techmoda_ha.environments import Workspace
from techmoda_ha.errors import HaError, ViolationError

STEADY = (
    "regions_answer", "failover_records_are_complete", "replica_exists", "replication_is_fast",
    "stop_switch_works", "answers_are_short_lived", "dns_leads_to_primary", "latch_is_armed",
)  # fmt: skip
EXPERIMENT = experiment_file(Workspace.from_environment())


@dataclass
class FakeFault:
    """Notes what was asked of it."""

    asked: list[str] = field(default_factory=list)

    def describe(self) -> str:
        return "break nothing"

    def cause(self) -> None:
        self.asked.append("cause")

    def mend(self) -> None:
        self.asked.append("mend")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with mock_aws():
        drill_kit.make_tables()
        drill_kit.clients("dynamodb", PRIMARY).create_table(
            TableName=drill_kit.PRODUCTS_TABLE,
            AttributeDefinitions=[
                {"AttributeName": "id", "AttributeType": "S"},
                {"AttributeName": "category", "AttributeType": "S"},
            ],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by-category",
                    "KeySchema": [
                        {"AttributeName": "category", "KeyType": "HASH"},
                        {"AttributeName": "id", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        yield drill_kit.make_stage(tmp_path)


@pytest.fixture
def fault() -> FakeFault:
    return FakeFault()


@pytest.fixture
def drill(stage: Stage, fault: FakeFault) -> RegionOutageDrill:
    return RegionOutageDrill(stage, OutagePlan(), fault, lambda _text: None)


def put_product(stage: Stage, product: str) -> None:
    item = {"id": {"S": product}, "category": {"S": stage.category}}
    stage.clients("dynamodb", PRIMARY).put_item(TableName=drill_kit.PRODUCTS_TABLE, Item=item)


def served_by(drill: RegionOutageDrill, region: str, client: str = "reader-1", *, count: int = 5) -> None:
    for _ in range(count):
        now = drill.stage.clock()
        drill.log.saw(Observation(client, now, now, ok=True, region=region))


def test_the_experiment_in_the_repository_is_valid() -> None:
    assert experiment.load_experiment(EXPERIMENT)["rollbacks"]


def test_an_experiment_that_calls_what_does_not_exist_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "region-outage.yaml"
    broken.write_text(EXPERIMENT.read_text().replace("func: strike", "func: nothing_of_that_name"))
    with pytest.raises(HaError, match="no valid experiment"):
        experiment.load_experiment(broken)


def test_clients_count_as_served_only_when_each_of_them_is(drill: RegionOutageDrill) -> None:
    assert not drill._served_by(DR)
    served_by(drill, DR)
    assert drill._served_by(DR)
    served_by(drill, DR, "writer-1", count=4)
    assert not drill._served_by(DR)
    served_by(drill, DR, "writer-1", count=1)
    assert drill._served_by(DR)
    assert not drill._served_by(PRIMARY)


def test_a_failover_that_never_comes_fails_the_drill(drill: RegionOutageDrill) -> None:
    drill.wait_for_failover()
    assert drill.failures == ["DNS did not lead to us-west-2 within 180 s"]


def test_a_latch_that_never_engages_fails_the_drill(drill: RegionOutageDrill) -> None:
    drill.wait_for_latch()
    assert "the latch did not engage STOP" in drill.failures[0]


def test_an_engaged_latch_is_timed_and_a_relapse_waited_out(drill: Any, monkeypatch: Any) -> None:
    served = iter([False, False, True])
    monkeypatch.setattr(drill, "_served_by", lambda _region: next(served))
    drill.stage.failover.switch.engage("Route 53 failed over", "latch")
    drill.wait_for_latch()
    assert (drill.failures, list(served)) == ([], [])
    assert drill.moments.latched is not None


def test_resuming_is_tried_again_until_it_is_safe(
    drill: RegionOutageDrill, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = iter([ViolationError("Resuming is not safe: it lags.", "")] * 3)

    def resume(*_arguments: Any, **_options: Any) -> None:
        if error := next(refusals, None):
            raise error

    monkeypatch.setattr(type(drill.stage.failover), "resume", resume)
    served_by(drill, PRIMARY)
    drill.fail_back()
    assert drill.failures == []
    assert drill.moments.resumed == 3.0
    assert [one.event for one in drill.timeline][:2] == ["Resuming is not safe: it lags.", "STOP is released"]


def test_writes_that_the_dr_region_lacks_are_at_risk(stage: Stage, fault: FakeFault) -> None:
    # For once the table of the "DR region" is the primary's, as moto replicates nothing.
    drill = RegionOutageDrill(replace(stage, dr=stage.primary), OutagePlan(), fault, lambda _text: None)
    put_product(stage, "there")
    drill.log.wrote(Write("a", 0.0, PRIMARY, "there"))
    drill.log.wrote(Write("b", 0.0, PRIMARY, "not there"))
    drill.log.wrote(Write("c", None))
    drill.strike()
    assert fault.asked == ["cause"]
    assert drill.at_risk is not None
    assert [one.id for one in drill.at_risk.missing] == ["b"]


def test_rolling_back_mends_the_fault_and_removes_the_drills_products(
    drill: RegionOutageDrill, fault: FakeFault
) -> None:
    for number in range(30):
        put_product(drill.stage, f"product-{number}")
    drill.roll_back()
    drill.roll_back()
    assert fault.asked == ["mend", "mend"]
    table = drill.stage.table(drill.stage.primary)
    assert table.delete(drill.stage.category) == 0


def test_rolling_back_goes_on_after_a_step_that_fails(drill: RegionOutageDrill, fault: FakeFault) -> None:
    def broken() -> None:
        raise HaError("The health check could not be removed.", "")

    put_product(drill.stage, "product")
    drill.comparison.remove = broken  # type: ignore[method-assign]
    with pytest.raises(HaError, match="Not everything could be undone") as caught:
        drill.roll_back()
    assert "health check could not be removed" in caught.value.detail
    assert drill.stage.table(drill.stage.primary).delete(drill.stage.category) == 0


def test_stop_that_the_drill_did_not_cause_is_left_alone(drill: RegionOutageDrill) -> None:
    drill.stage.failover.switch.engage("a real outage", "operator:ana")
    drill.roll_back()
    assert drill.stage.failover.switch.read().engaged


def test_a_finished_drill_without_an_outage_fails(drill: RegionOutageDrill) -> None:
    evidence = outage_report.evidence_of(drill, {}, struck_safely=True, steady_after=True)
    assert not evidence.passed
    assert "rto_seconds could not be measured" in evidence.violations


def test_an_outage_that_no_client_felt_fails_the_drill(drill: RegionOutageDrill) -> None:
    drill.moments = replace(drill.moments, disaster=1.0, restored=5.0)
    drill.at_risk, drill.found_everywhere = None, set()
    drill.answers.samples.append(Sample(2.0, DR))
    drill.log.saw(Observation("reader-1", 2.0, 2.1, ok=True, region=PRIMARY))
    evidence = outage_report.evidence_of(drill, {}, struck_safely=True, steady_after=True)
    assert "no client saw an error: the primary region was not really away" in evidence.violations


def test_the_closing_table_shows_what_was_not_measured_as_a_gap(drill: RegionOutageDrill) -> None:
    evidence = outage_report.evidence_of(drill, {}, struck_safely=True, steady_after=None)
    console = Console(record=True, width=120, quiet=False, file=None)
    with console.capture() as shown:
        console.print(outage_report.closing_table(evidence))
    assert "RTO as the worst-off client saw it" in shown.get()
    assert "—" in shown.get()


def run_with(
    stage: Stage, tmp_path: Path, fault: FakeFault, monkeypatch: pytest.MonkeyPatch
) -> RegionOutageRun:
    monkeypatch.setattr(RegionOutageRun, "fault", fault)
    workspace = Workspace(Workspace.from_environment().root, tmp_path)
    return RegionOutageRun(workspace, stage, OutagePlan(settling_seconds=0), Console(quiet=True))


def test_without_a_steady_state_nothing_is_broken_and_the_drill_fails(
    stage: Stage, tmp_path: Path, fault: FakeFault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steady_state, "regions_answer", lambda _stage: "us-west-2 answers 503")
    run = run_with(stage, tmp_path, fault, monkeypatch)
    evidence = run.execute(experiment.load_experiment(EXPERIMENT))
    assert "cause" not in fault.asked
    assert evidence.violations[0] == "steady state: us-west-2 answers 503"
    written = json.loads((tmp_path / "evidence" / "region-outage.json").read_text())
    assert written["passed"] is False
    assert (stage.folder / "journal.json").is_file()
    with pytest.raises(ViolationError, match="us-west-2 answers 503"):
        performing.report(evidence, outage_report.closing_table, Console(quiet=True))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_drill_still_mends_what_it_broke(
    stage: Stage, tmp_path: Path, fault: FakeFault, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    for name in STEADY:
        monkeypatch.setattr(steady_state, name, lambda _stage: "")

    def interrupted(_drill: RegionOutageDrill) -> None:
        signal.raise_signal(number)

    monkeypatch.setattr(RegionOutageDrill, "prepare", lambda _drill: None)
    monkeypatch.setattr(RegionOutageDrill, "strike", lambda _drill: fault.cause())
    monkeypatch.setattr(RegionOutageDrill, "wait_for_failover", interrupted)
    restored: list[str] = []
    monkeypatch.setattr(RegionOutageDrill, "restore", lambda _drill: restored.append("restored"))
    with pytest.raises(KeyboardInterrupt):
        run_with(stage, tmp_path, fault, monkeypatch).execute(experiment.load_experiment(EXPERIMENT))
    assert fault.asked[0] == "cause"
    assert fault.asked[-1] == "mend"
    assert restored == []


def test_a_step_that_cannot_be_done_ends_the_drill_with_its_error_after_mending(
    stage: Stage, tmp_path: Path, fault: FakeFault, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in STEADY:
        monkeypatch.setattr(steady_state, name, lambda _stage: "")

    def impossible(_drill: RegionOutageDrill) -> None:
        raise HaError("The test bed did not do it.", "Look at it.")

    monkeypatch.setattr(RegionOutageDrill, "prepare", impossible)
    with pytest.raises(HaError, match="The test bed did not do it"):
        run_with(stage, tmp_path, fault, monkeypatch).execute(experiment.load_experiment(EXPERIMENT))
    assert fault.asked == ["mend"]


def test_on_aws_only_stop_can_be_drilled(stage: Stage) -> None:
    with pytest.raises(HaError, match=faults.FAULT_URL_VARIABLE) as caught:
        make_fault(Variant.HANG, None, stage.failover.switch, PRIMARY)
    assert "--variant stop" in caught.value.next_step
    make_fault(Variant.STOP, None, stage.failover.switch, PRIMARY).cause()
    assert stage.failover.switch.read().engaged


def test_a_dry_run_names_everything_that_would_be_touched(stage: Stage) -> None:
    lines = "\n".join(touched(stage, OutagePlan(fast=True, lag_seconds=60), FakeFault()))
    for name in ("shop-products", "api-us-east-1.shop.example", "shop-failover", "60 s", stage.category):
        assert name in lines


def test_the_comparison_is_made_with_the_seeds_settings_and_removed(stage: Stage) -> None:
    route53 = stage.route53()
    zone = route53.create_hosted_zone(Name="shop.example", CallerReference="one")["HostedZone"]["Id"]
    comparison = SeedComparison(
        route53, zone, "drill.shop.example", "api-us-east-1.shop.example", "/v1/health"
    )
    comparison.make()
    (check,) = route53.list_health_checks()["HealthChecks"]
    config = check["HealthCheckConfig"]
    assert (config["RequestInterval"], config["FailureThreshold"]) == (30, 3)
    comparison.remove()
    comparison.remove()
    assert route53.list_health_checks()["HealthChecks"] == []
    records = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    assert [one["Type"] for one in records if one["Type"] == "TXT"] == []


def test_a_table_that_cannot_be_read_is_an_error_and_no_zero(stage: Stage) -> None:
    table = DrillTable(stage.clients("dynamodb", DR), "nowhere", DR)
    with pytest.raises(HaError, match="table in us-west-2 could not be read"):
        table.found([], "drill")
