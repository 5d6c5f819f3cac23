"""Run `terraform test` on one AWS provider process: python -m techmoda_ha.shared_provider [OPTION]...

Terraform starts the provider two to four times for each `run` block, which is most of what tests of mocked
resources cost. A provider started with -debug serves any number of them (Terraform's TF_REATTACH_PROVIDERS).
It keeps the last configuration that it was given, so it may serve mocked providers alone, which never
configure it.

Runs in a root module that was initialised into TF_DATA_DIR; where that has no provider, without one.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from techmoda_ha.errors import HaError

ADDRESS = Path("registry.terraform.io", "hashicorp", "aws")
ANNOUNCED = re.compile(r"TF_REATTACH_PROVIDERS='(?P<where>\{.*\})'")
START_SECONDS, END_SECONDS = 60.0, 10.0
UNMOCKED = re.compile(r'^\s*provider\s+"', re.MULTILINE)


def installed_provider(data_dir: Path) -> Path | None:
    """Return the provider that `terraform init` put into a data directory; None when there is none."""
    return next((data_dir / "providers" / ADDRESS).glob("*/*/terraform-provider-aws*"), None)


def require_mocks(module: Path) -> None:
    """Raise HaError when a test configures a provider: several configurations would be mixed up."""
    for file in sorted(module.glob("tests/*.tftest.hcl")):
        if UNMOCKED.search(file.read_text()):
            raise HaError(f"{file.name} configures a provider.", "Let it use mock_provider instead.")


@contextlib.contextmanager
def served(provider: Path) -> Iterator[dict[str, str]]:
    """Start a provider, give the variables that lead Terraform to it, and end it.

    Raises HaError when it does not say in time where it listens.
    """
    with subprocess.Popen(
        [provider, "-debug"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        impatience = threading.Timer(START_SECONDS, process.kill)
        impatience.start()
        try:
            said = []
            for line in process.stdout or ():
                said.append(line)
                if found := ANNOUNCED.search(line):
                    break
            else:
                raise HaError("The provider did not start.", "make setup", detail="".join(said))
            impatience.cancel()
            # What it says later must not fill the pipe, or it would stop.
            threading.Thread(target=process.communicate, daemon=True).start()
            yield {"TF_REATTACH_PROVIDERS": found["where"]}
        finally:
            impatience.cancel()
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def main(options: list[str]) -> int:
    """Run `terraform test` with these options; return its exit status."""
    provider = installed_provider(Path(os.environ["TF_DATA_DIR"]))
    require_mocks(Path.cwd())
    serving = served(provider) if provider else contextlib.nullcontext(dict[str, str]())
    with serving as where:
        return subprocess.run(
            ["terraform", "test", *options], check=False, env={**os.environ, **where}
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
