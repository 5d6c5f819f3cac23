"""The `ha` command: one thin click command per verb."""

import click


@click.group()
def main() -> None:
    """Deploy, prove and recover TechModa's two-region product API."""
