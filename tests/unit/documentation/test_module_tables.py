"""The tables of inputs and outputs say what the HCL says."""

from __future__ import annotations

from pathlib import Path

import pytest

from techmoda_ha.documentation.module_tables import BEGIN, END, read_module, short_type, tables, with_tables
from techmoda_ha.errors import HaError

HCL = """
variable "rules" {
  description = "What | counts."
  type = object({
    name = string
    limits = optional(object({ low = number, high = number }), {})
    tags = optional(map(string), {})
  })
}

variable "count_of" {
  description = <<-EOT
    How many,
    at least.
  EOT
  type    = number
  default = 3
}

variable "name" {
  description = "A \\"quoted\\" name."
  type        = string
  default     = null
}
"""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    (tmp_path / "variables.tf").write_text(HCL)
    (tmp_path / "outputs.tf").write_text('output "arn" {\n  description = "Its ARN."\n  value = "x"\n}\n')
    return tmp_path


def test_inputs_and_outputs_are_read_in_the_order_of_their_names(module: Path) -> None:
    inputs, outputs = read_module(module)
    assert [(one.name, one.type, one.default) for one in inputs] == [
        ("count_of", "number", "3"),
        ("name", "string", "null"),
        ("rules", "object({name, limits, tags})", None),
    ]
    assert [one.name for one in outputs] == ["arn"]
    assert inputs[0].description == "How many, at least."
    assert inputs[1].description == 'A "quoted" name.'


def test_the_tables_are_markdown_that_a_bar_does_not_break(module: Path) -> None:
    made = tables(module)
    assert "| `rules` | `object({name, limits, tags})` | needed | What \\| counts. |" in made
    assert "| `arn` | Its ARN. |" in made


def test_tables_are_added_once_and_then_replaced(module: Path) -> None:
    once = with_tables("# A module\n", module)
    assert once.startswith("# A module\n\n## Reference\n")
    (module / "outputs.tf").write_text('output "url" {\n  description = "Its URL."\n  value = "x"\n}\n')
    twice = with_tables(once + "\n## Tests\n", module)
    assert "Its URL." in twice
    assert "Its ARN." not in twice
    assert twice.count(BEGIN) == twice.count(END) == 1
    assert twice.endswith("\n## Tests\n")


def test_a_readme_without_the_end_of_its_tables_is_refused(module: Path) -> None:
    with pytest.raises(HaError, match="no end of its tables"):
        with_tables(f"# A module\n{BEGIN}\n", module)


def test_hcl_that_cannot_be_read_is_refused(module: Path) -> None:
    (module / "outputs.tf").write_text('output "arn" {\n')
    with pytest.raises(HaError, match="cannot be read"):
        tables(module)


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("string", "string"),
        (
            "map(object({first_of_all = string, second = list(object({inner = string})), third = bool}))",
            "map(object({first_of_all, second, third}))",
        ),
    ],
)
def test_a_long_type_keeps_its_form_and_the_names_of_its_attributes(long: str, short: str) -> None:
    assert short_type(long) == short
