"""What the delivery drill runs with: its experiment, its commands, and the clone that it works in."""

from __future__ import annotations

import subprocess
from pathlib import Path

from techmoda_ha.drills import experiment
from techmoda_ha.drills.delivery.checkout import Checkout
from techmoda_ha.drills.delivery.plan import SCENARIOS, DeliveryPlan
from techmoda_ha.drills.delivery.running import HaCommand, Running
from techmoda_ha.environments import Workspace

EXPERIMENT = Workspace.from_environment().root / "drills" / "delivery.yaml"


def test_the_experiment_is_valid_and_plays_every_scenario() -> None:
    document = experiment.load_experiment(EXPERIMENT)
    plays = [one["provider"]["arguments"]["scenario"] for one in document["method"]]
    assert tuple(plays) == SCENARIOS
    plan = DeliveryPlan.from_configuration(document["configuration"])
    assert len(plan.objectives) == 10
    assert plan.notes()[-1].startswith("bad-release")
    assert "Not played: two-applies" in DeliveryPlan(SCENARIOS[1:]).notes()[-1]


def test_a_command_tells_its_status_its_words_and_what_to_do(tmp_path: Path) -> None:
    package = tmp_path / "scripts" / "techmoda_ha"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(
        "print('error: it is locked')\nprint('next:  wait')\nraise SystemExit(2)\n"
    )
    ended = HaCommand(tmp_path, tmp_path / "build", tmp_path / "logs").run("apply", "--env", "dr")
    assert (ended.status, ended.error, ended.next_step) == (2, "error: it is locked", "next:  wait")
    assert (tmp_path / "logs" / "01-apply---env.log").is_file()


def test_a_running_command_is_known_by_what_its_own_terraform_logged(tmp_path: Path) -> None:
    process = subprocess.Popen(["true"], text=True)
    process.wait()
    running = Running(process, tmp_path / "output", tmp_path, 0.0)
    (tmp_path / "dr-apply-1-abc.jsonl").write_text('{"type":"apply_start"}')
    assert not running.has_logged("apply_start")
    (tmp_path / f"dr-apply-{process.pid}-abc.jsonl").write_text('{"type":"apply_start"}')
    assert running.has_logged("apply_start")


def test_what_is_committed_in_the_clone_is_forgotten_again(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "Makefile").write_text("setup:\n\t@mkdir -p build\n")
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
        subprocess.run(["git", *identity, *command], check=True, cwd=root)
    workspace = Workspace(root, root / "build")
    workspace.signing_key_file.parent.mkdir(parents=True)
    checkout = Checkout(workspace, tmp_path / "clone")
    checkout.make()
    checkout.commit("bad", "fault", "A fault")
    assert (tmp_path / "clone" / "bad").read_text() == "fault"
    checkout.reset()
    assert not (tmp_path / "clone" / "bad").exists()
    checkout.remove()
    assert not (tmp_path / "clone").exists()
