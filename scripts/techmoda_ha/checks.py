"""The checks of `make test`: what they are, and how they run side by side without leaving anything behind."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace

from rich.console import Console

from techmoda_ha.check_runner import Check, Outcome, Runner
from techmoda_ha.environments import Environment, Workspace
from techmoda_ha.errors import HaError, ViolationError

LANES = 5  # On two cores: the longest checks wait for clocks and for AWS more than they compute.
# The files of tests/local that tell how both regions are deployed, planned again and destroyed.
LIFE_CYCLE = ("test_deployment.py", "test_validation.py", "test_teardown.py")
SHOWN_LINES = 80
SHOWN_REASONS = 40
_FAILURES = ("FAILED ", "ERROR ")  # how pytest's summary begins a line for each test that did not pass
_REASON = "E  "  # how pytest begins a line of why
SHOWN_STRAYS = 10  # files left behind
LINTED = ("scripts", "lambda_src", "tests", "benchmarks")


def all_checks(workspace: Workspace) -> list[Check]:
    """Return every check, the longest first."""
    return [
        *_end_to_end(workspace),
        _pytest("local-aws", "The local AWS keeps the contracts of the AWS APIs", "tests/local_aws"),
        _pytest("modules", "The modules applied, changed and destroyed on a local AWS", "tests/modules"),
        _pytest("plan", "The rules hold for both environments, each finds its fault", "tests/plan"),
        _pytest("unit", "Units of the Lambdas and the tooling", "tests/unit"),
        *[_module_check(workspace, module) for module in _modules(workspace)],
        _checkov(workspace),
        _pytest("compliance", "Our own checks of checkov find what they are for", "tests/compliance"),
        *[_validate_check(workspace, environment) for environment in Environment],
        _python("mypy", "Types", "mypy"),
        _python("ruff", "Style and likely bugs of Python", "ruff", "check", *_linted(workspace)),
        _python("format", "Format of Python", "ruff", "format", "--check", *_linted(workspace)),
        Check(
            "terraform-fmt",
            "Format of Terraform",
            (_terraform("fmt", "-check", "-recursive", "modules", "envs"),),
        ),
    ]


def select(checks: Sequence[Check], names: Iterable[str]) -> list[Check]:
    """Return the named checks, or all when none is named; raise HaError for an unknown name."""
    wanted = list(names)
    if unknown := set(wanted) - {check.name for check in checks}:
        raise HaError(
            f"There is no check named {', '.join(sorted(unknown))}.", "See them all: ha test --list"
        )
    return [check for check in checks if not wanted or check.name in wanted]


def _linted(workspace: Workspace) -> list[str]:
    return [folder for folder in LINTED if (workspace.root / folder).is_dir()]


def _modules(workspace: Workspace) -> list[str]:
    return sorted(path.parent.name for path in (workspace.root / "modules").glob("*/tests"))


def _python(name: str, purpose: str, module: str, *arguments: str) -> Check:
    return Check(name, purpose, ((sys.executable, "-m", module, *arguments),))


def _pytest(name: str, purpose: str, *what: str) -> Check:
    return _python(name, purpose, "pytest", *what, "-q", "--tb=short", "--durations=10")


def _end_to_end(workspace: Workspace) -> list[Check]:
    """Return the two checks that everything else gives way to, each with a local AWS and a deployment."""
    folder = "tests/local"
    files = [f"{folder}/{name}" for name in LIFE_CYCLE]
    own_build = {"HA_BUILD_DIR": str(workspace.build / "test" / "life-cycle")}
    life_cycle = _pytest("life-cycle", "Both regions deployed, planned again and destroyed", *files)
    others = [f"--ignore={file}" for file in files]
    return [
        replace(life_cycle, variables=own_build, gives_way=False),
        replace(
            _pytest("end-to-end", "What is deployed does all that it promises", folder, *others),
            gives_way=False,
        ),
    ]


def _terraform(*arguments: str) -> tuple[str, ...]:
    return ("terraform", *arguments)


def _terraform_variables(workspace: Workspace, data_dir: str) -> dict[str, str]:
    variables = {"TF_DATA_DIR": str(workspace.build / "terraform" / data_dir), "TF_IN_AUTOMATION": "1"}
    if workspace.terraform_cli_configuration.is_file():
        variables["TF_CLI_CONFIG_FILE"] = str(workspace.terraform_cli_configuration)
    return variables


def _module_check(workspace: Workspace, module: str) -> Check:
    init = _terraform("init", "-backend=false", "-input=false", "-lockfile=readonly", "-no-color")
    return Check(
        f"terraform-test-{module}",
        f"modules/{module}: its tests, with every validation refusing a bad value",
        (init, (sys.executable, "-m", "techmoda_ha.shared_provider", "-no-color")),
        _terraform_variables(workspace, f"test/{module}"),
        workspace.root / "modules" / module,
    )


def _validate_check(workspace: Workspace, environment: Environment) -> Check:
    init = _terraform("init", "-backend=false", "-input=false", "-lockfile=readonly", "-no-color")
    return Check(
        f"terraform-validate-{environment}",
        f"envs/{environment} is valid",
        (init, _terraform("validate", "-no-color")),
        _terraform_variables(workspace, f"validate/{environment}"),
        workspace.environment_dir(environment),
    )


def _checkov(workspace: Workspace) -> Check:
    command = workspace.root / "build" / "venv" / "checkov" / "bin" / "checkov"
    reports = workspace.build / "evidence"
    files = ",".join(["console", *(str(reports / name) for name in ("checkov.sarif", "checkov.junit.xml"))])
    outputs = ("--output", "cli", "--output", "sarif", "--output", "junitxml", "--output-file-path", files)
    return Check(
        "checkov",
        "Compliance of the Terraform",
        (("mkdir", "-p", str(reports)), (str(command), "--config-file", ".checkov.yaml", *outputs)),
    )


def run_all(
    workspace: Workspace, checks: Sequence[Check], console: Console, *, verbose: bool = False
) -> None:
    """Run the checks in lanes and print how each ended.

    Raises ViolationError when one failed, and HaError when there is none to run. Interrupted, it ends
    every process that it started.
    """
    if not checks:
        raise HaError("There is nothing to check.", "See the checks: ha test --list")
    before = files_outside_build(workspace)
    runner = Runner(workspace)
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(LANES) as lanes:
        try:
            pending: set[Future[Outcome]] = {lanes.submit(runner.run, check) for check in checks}
            while pending:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    outcomes.append(future.result())
                    _show(outcomes[-1], console, verbose=verbose)
        except BaseException:
            lanes.shutdown(wait=False, cancel_futures=True)
            runner.stop()
            raise
    left_behind = sorted(files_outside_build(workspace) - before)
    for path in left_behind[:SHOWN_STRAYS]:
        console.print(f"[red]left behind[/red] outside build/: {path}", soft_wrap=True, highlight=False)
    if len(left_behind) > SHOWN_STRAYS:
        console.print(f"[red]left behind[/red] outside build/: {len(left_behind) - SHOWN_STRAYS} more")
    failed = [outcome for outcome in outcomes if not outcome.passed]
    bad = len(failed) + bool(left_behind)
    console.print(f"{len(outcomes) - len(failed)} passed, {bad} failed", highlight=False)
    if bad:
        names = ", ".join(
            [outcome.check.name for outcome in failed] + ["files left behind"] * bool(left_behind)
        )
        raise ViolationError(
            f"Failed: {names}.", "The logs are in build/logs/checks; run one: ha test --only NAME"
        )


def _show(outcome: Outcome, console: Console, *, verbose: bool) -> None:
    word = "[green]passed[/green]" if outcome.passed else "[red]FAILED[/red]"
    used = f"{outcome.seconds:6.1f} s, CPU {outcome.cpu_seconds:6.1f} s"
    console.print(f"{word}  {outcome.check.name:32} {used}", highlight=False)
    if verbose or not outcome.passed:
        lines = outcome.log.read_text(errors="replace").splitlines()
        # First what failed, and why: where a log is cut short, the rest may be lost.
        failures = [line for line in lines if line.startswith(_FAILURES)]
        reasons = [line for line in lines if line.startswith(_REASON)][:SHOWN_REASONS]
        for line in [*failures, *reasons, *lines[-SHOWN_LINES:]]:
            console.print(f"    {line}", markup=False, highlight=False, soft_wrap=True)
        if len(lines) > SHOWN_LINES:
            console.print(f"    (the first {len(lines) - SHOWN_LINES} lines are in {outcome.log})")


def files_outside_build(workspace: Workspace) -> set[str]:
    """Return the untracked files outside build/, ignored ones too; empty where this is no git checkout."""
    command = ["git", "status", "--porcelain", "--ignored", "--untracked-files=all", "--", ":!build"]
    result = subprocess.run(command, check=False, capture_output=True, text=True, cwd=workspace.root)
    lines = result.stdout.splitlines() if result.returncode == 0 else []
    return {line[3:] for line in lines if line[:2] in {"??", "!!"} and not line[3:].startswith("build/")}


def format_in_place(workspace: Workspace) -> None:
    """Format Python and Terraform; raise HaError when a formatter fails."""
    commands = [
        (sys.executable, "-m", "ruff", "check", "--fix", "--quiet", *_linted(workspace)),
        (sys.executable, "-m", "ruff", "format", *_linted(workspace)),
        _terraform("fmt", "-recursive", "modules", "envs"),
    ]
    for command in commands:
        if subprocess.run(command, check=False, cwd=workspace.root).returncode != 0:
            raise HaError(
                f"{command[2] if command[0] == sys.executable else command[0]} failed.",
                "See its words above.",
            )
