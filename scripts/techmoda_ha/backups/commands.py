"""`ha backup status|run|restore|discard|erase`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from techmoda_ha import operations
from techmoda_ha.aws_clients import AwsClients
from techmoda_ha.backups.discarding import Discarder
from techmoda_ha.backups.erasing import Eraser, Erasure
from techmoda_ha.backups.jobs import DAILY, PlanRunner
from techmoda_ha.backups.manager import BackupManager
from techmoda_ha.cli_options import choice, json_option, target_option
from techmoda_ha.environments import Environment, Target, Workspace, process_variables
from techmoda_ha.errors import HaError
from techmoda_ha.evidence import timestamp
from techmoda_ha.failover.service import operator
from techmoda_ha.hints import program

JOB_SECONDS = 3600.0
where_option = click.option(
    "--env", "environment", type=choice(Environment), default="primary", show_default=True,
    help="Whose vault and table.",
)  # fmt: skip


@click.group()
def backup() -> None:
    """See backups, take one now, restore, erase for good."""


@backup.command()
@target_option
@where_option
@json_option
def status(target: str, environment: str, *, as_json: bool) -> None:
    """Say what can be restored, what is being restored, and how restore tests ended."""
    outputs, variables = _deployed(target, environment)
    manager = BackupManager.of(outputs, variables)
    found = {**manager.ask(operacion="estado"), "validacion": manager.ask(operacion="validar")}
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for line in status_lines(found):
        click.echo(line)


# The manager answers in the words of the original contract; people read this command in English.
ENGLISH = {
    "EXITOSO": "good",
    "FALLIDO": "too few",
    "lista": "ready",
    "en preparación": "being prepared",
    "restaurando": "being restored",
}


def status_lines(found: Mapping[str, Any]) -> list[str]:
    """Return the manager's answers as lines for a person."""
    window, checked = found["ventanaRecuperacion"], found["validacion"]
    lines = [
        f"Point-in-time recovery: from {window['desde']} to {window['hasta']}"
        if window
        else "Point-in-time recovery is OFF",
        _recent_backups(checked),
    ]
    lines += [
        f"  {point['fecha']}  {point['puntoRecuperacion']}  {point['estado']}"
        for point in found["puntosRecuperacion"]
    ]
    lines += [f"Restored table {one['tabla']}: {_english(one['estado'])}" for one in found["restauraciones"]]
    lines += [
        f"Restore test of {test['fecha']}: {test['validacion'] or 'not judged'}. {test['detalle']}"
        for test in found["pruebasRestauracion"]
    ]
    return lines


def _recent_backups(checked: Mapping[str, Any]) -> str:
    said = f"Recent backups: {checked['numeroRespaldos']} ({_english(checked['estadoValidacion'])})"
    # A function that was deployed before it told the hours does not.
    if "horas" in checked:
        said += f"; expected: at least 1 completed in the last {checked['horas']} hours"
    if checked["numeroRespaldos"]:
        return said
    return f"{said}. The plan makes one a day; now, while the primary region answers: {program()} backup run"


@backup.command()
@target_option
@click.option("--rule", default=DAILY, show_default=True, help="The rule of the plan to run now.")
@json_option
def run(target: str, rule: str, *, as_json: bool) -> None:
    """Back the products table up now as the plan's rule does, copies included; wait for the end."""
    outputs, variables = _deployed(target, Environment.PRIMARY)
    clients = AwsClients(variables)
    runner = PlanRunner(clients("backup", outputs["region"]), outputs["backup_plan_id"])
    done = runner.run(outputs["table_arn"], rule, JOB_SECONDS)
    if as_json:
        copies = [{"arn": one.arn, "region": one.region, "seconds": one.seconds} for one in done.copies]
        click.echo(
            json.dumps({"recovery_point": done.arn, "seconds": done.seconds, "copies": copies}, indent=2)
        )
        return
    click.echo(f"{done.arn} after {done.seconds:.1f} s")
    for copy in done.copies:
        click.echo(f"{copy.arn} in {copy.region} after {copy.seconds:.1f} s more")


@backup.command()
@target_option
@where_option
@click.option("--to", "moment", metavar="TIME", help="As the table was at this time (RFC 3339).")
@click.option("--latest", is_flag=True, help="As the table was at the latest time that can be restored.")
@click.option("--point", metavar="ARN", help="A recovery point of this region's vault.")
@click.option("--wait", "seconds", type=click.FloatRange(min=1), metavar="SECONDS",
              help="Wait that long until the table is ready.")  # fmt: skip
@json_option
def restore(
    target: str,
    environment: str,
    moment: str | None,
    point: str | None,
    seconds: float | None,
    *,
    latest: bool,
    as_json: bool,
) -> None:
    """Restore to a new table beside the original, which is not touched. Say exactly one of the three ways."""
    outputs, variables = _deployed(target, environment)
    manager = BackupManager.of(outputs, variables)
    asked = {
        "fechaHora": moment,
        "usarUltimoTiempoRestaurable": latest or None,
        "puntoRecuperacion": point,
    }
    event = {name: value for name, value in asked.items() if value is not None}
    started = manager.ask(operacion="restaurar", **event)
    if seconds is not None:
        manager.wait_until_ready(started["tabla"], seconds)
    if as_json:
        click.echo(json.dumps(started, indent=2, ensure_ascii=False))
        return
    state = "is ready" if seconds is not None else f"is being restored; see: {program()} backup status"
    click.echo(f"{started['tabla']} in {manager.region} {state}")


@backup.command()
@target_option
@where_option
@click.option("--table", required=True, help="The restored table; only such a one is taken.")
def discard(target: str, environment: str, table: str) -> None:
    """Delete a restored table that is no longer needed, with its autoscaling and alarms."""
    outputs, variables = _deployed(target, environment)
    clients = AwsClients(variables)
    Discarder(lambda service: clients(service, outputs["region"]), outputs["table_name"]).discard(table)
    click.echo(f"{table} is deleted.")


@backup.command()
@target_option
@where_option
@click.option("--id", "product_id", required=True, help="The product to erase.")
@click.option("--reason", required=True, help="Why, for the record; no personal data.")
@json_option
def erase(target: str, environment: str, product_id: str, reason: str, *, as_json: bool) -> None:
    """Erase a product for good: now, and in every table that is ever restored. Safe to run twice."""
    outputs, variables = _deployed(target, environment)
    client = AwsClients(variables)("dynamodb", outputs["region"])
    erasure = Erasure(product_id, reason, operator(), timestamp(datetime.now(UTC)))
    restored = Eraser(client, outputs["table_name"], outputs["erasure_table_name"]).erase(erasure)
    if as_json:
        click.echo(json.dumps({**vars(erasure), "restored_tables": restored}, indent=2))
        return
    places = ", ".join([outputs["table_name"], *restored])
    click.echo(f"{product_id} is erased from {places} and listed in {outputs['erasure_table_name']}.")


def _english(word: str) -> str:
    return ENGLISH.get(word, word)


def _deployed(target: str, environment: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return an environment's outputs, and the variables that lead to it; raise HaError without any."""
    workspace = Workspace.from_environment()
    variables = process_variables(workspace, Target(target))
    outputs = operations.outputs(workspace, Environment(environment), variables)
    if not outputs:
        raise HaError(f"envs/{environment} is not deployed.", f"Deploy it: make apply ENV={environment}")
    return outputs, variables
