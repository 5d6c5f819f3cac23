"""The same input gives the same zip, whatever its files' dates, order or modes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from techmoda_ha import packaging
from techmoda_ha.bytecode import compile_folder, find_python
from techmoda_ha.environments import Target, Workspace
from techmoda_ha.errors import HaError
from techmoda_ha.packaging import Package, Platform, build_packages, remove_what_stays_out, write_zip


def make_content(folder: Path, names: list[str]) -> Path:
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# {name}\n")
    return folder


def digest(content: Path, file: Path) -> str:
    write_zip(content, file)
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_dates_modes_and_creation_order_do_not_change_the_zip(tmp_path: Path) -> None:
    first = make_content(tmp_path / "a", ["handler.py", "common/log.py"])
    second = make_content(tmp_path / "b", ["common/log.py", "handler.py"])
    os.utime(second / "handler.py", (0, 0))
    (second / "handler.py").chmod(0o755)
    assert digest(first, tmp_path / "a.zip") == digest(second, tmp_path / "b.zip")


def test_a_changed_file_changes_the_zip(tmp_path: Path) -> None:
    content = make_content(tmp_path / "a", ["handler.py"])
    before = digest(content, tmp_path / "a.zip")
    (content / "handler.py").write_text("broken")
    assert digest(content, tmp_path / "b.zip") != before


def test_stray_bytecode_and_installer_files_stay_out(tmp_path: Path) -> None:
    content = make_content(
        tmp_path / "a", ["x.py", "__pycache__/x.pyc", "lib-1.0.dist-info/RECORD", "bin/tool"]
    )
    remove_what_stays_out(content)
    write_zip(content, tmp_path / "a.zip")
    assert zipfile.ZipFile(tmp_path / "a.zip").namelist() == ["x.py"]


def test_bytecode_depends_neither_on_the_folder_nor_on_dates(tmp_path: Path) -> None:
    first, second = (make_content(tmp_path / name, ["handler.py", "common/log.py"]) for name in "ab")
    os.utime(second / "handler.py", (0, 0))
    for content in (first, second):
        compile_folder(content, sys.executable)
    assert list(first.rglob("*.pyc"))
    assert digest(first, tmp_path / "a.zip") == digest(second, tmp_path / "b.zip")


def test_python_runs_the_bytecode_and_does_not_compile_the_source_again(tmp_path: Path) -> None:
    content = make_content(tmp_path / "a", ["handler.py"])
    (content / "handler.py").write_text("print('compiled ahead')")
    compile_folder(content, sys.executable)
    (content / "handler.py").write_text("print('compiled again')")
    command = [sys.executable, "-E", "-c", "import sys; sys.path.insert(0, ''); import handler"]
    assert subprocess.run(command, cwd=content, capture_output=True, text=True, check=True).stdout == (
        "compiled ahead\n"
    )


def test_bytecode_goes_into_the_package_wherever_the_callers_own_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path / "elsewhere"))
    content = make_content(tmp_path / "a", ["handler.py"])
    compile_folder(content, sys.executable)
    assert list(content.rglob("*.pyc"))
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_that_is_no_python_of_this_version_does_not_stop_the_build(tmp_path: Path) -> None:
    content = make_content(tmp_path / "a", ["handler.py"])
    (content / "template.py").write_text("{{ not python }")
    compile_folder(content, sys.executable)
    assert [path.name.split(".")[0] for path in content.rglob("*.pyc")] == ["handler"]


def test_a_python_that_is_not_here_is_not_invented() -> None:
    assert find_python(f"{sys.version_info.major}.{sys.version_info.minor}") == sys.executable
    assert find_python("3.99") is None


def test_a_package_over_lambdas_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaging, "UNPACKED_LIMIT_BYTES", 3)
    content = make_content(tmp_path / "a", ["handler.py"])
    with pytest.raises(HaError, match="over Lambda's limit"):
        write_zip(content, tmp_path / "a.zip")


def test_an_empty_lambda_folder_is_an_error(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, tmp_path / "build")
    with pytest.raises(HaError, match="holds no function"):
        build_packages(workspace, Target.LOCAL, Platform.this_machine())


def test_a_function_without_its_locked_requirements_is_refused(tmp_path: Path) -> None:
    make_content(tmp_path, ["lambda_src/products_api/handler.py", "lambda_src/common/x.py"])
    workspace = Workspace(tmp_path, tmp_path / "build")
    with pytest.raises(HaError, match="requirements of products_api could not be installed"):
        build_packages(workspace, Target.LOCAL, Platform.this_machine())
    assert not workspace.packages(Target.LOCAL).exists()


@pytest.fixture
def function(tmp_path: Path) -> Workspace:
    """Return a workspace with one function that requires nothing."""
    make_content(tmp_path, ["lambda_src/orders/handler.py", "lambda_src/common/log.py"])
    make_content(tmp_path, ["requirements/lambda/orders.txt"])
    return Workspace(tmp_path, tmp_path / "build")


def build(workspace: Workspace, *, anew: bool = False, python: str | None = None) -> tuple[Package, bool]:
    """Return the package, and whether it was built rather than found."""
    platform = Platform(Platform.this_machine().options, python)
    scratch = workspace.build / "scratch"
    before = scratch.stat().st_mtime_ns if scratch.is_dir() else 0
    (package,) = build_packages(workspace, Target.LOCAL, platform, anew=anew)
    return package, scratch.stat().st_mtime_ns != before


def test_a_zip_whose_inputs_did_not_change_is_not_built_again(function: Workspace) -> None:
    first, was_built = build(function)
    assert was_built
    (function.root / "lambda_src" / "orders" / "handler.py").touch()
    make_content(function.root, ["lambda_src/orders/__pycache__/handler.pyc"])
    assert build(function) == (first, False)
    assert build(function, anew=True) == (first, True)


@pytest.mark.parametrize(
    "changed", ["lambda_src/orders/handler.py", "lambda_src/common/log.py", "requirements/lambda/orders.txt"]
)
def test_a_zip_is_built_again_when_an_input_changed(function: Workspace, changed: str) -> None:
    build(function)
    with (function.root / changed).open("a") as file:
        file.write("# one more line\n")
    assert build(function)[1]


def test_a_zip_is_built_again_when_it_gains_or_loses_a_file_or_its_bytecode(function: Workspace) -> None:
    build(function)
    make_content(function.root, ["lambda_src/orders/more.py"])
    assert build(function)[1]
    (function.root / "lambda_src" / "orders" / "more.py").unlink()
    assert build(function)[1]
    assert build(function, python=sys.executable)[1]


@pytest.mark.parametrize("suffix", [".zip", ".cdx.json", ".built.json"])
@pytest.mark.parametrize("content", [b"damaged", None])
def test_a_zip_that_is_not_as_it_was_built_is_built_again(
    function: Workspace, suffix: str, content: bytes | None
) -> None:
    first, _ = build(function)
    file = first.file.with_suffix(suffix)
    file.unlink()
    if content:
        file.write_bytes(content)
    assert build(function) == (first, True)
    assert hashlib.sha256(first.file.read_bytes()).hexdigest() == first.sha256
