"""What `ha capacity` says: rows for the terminal and JSON, and one self-contained HTML page with charts."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from techmoda_ha.capacity.charts import Line, duration, line_chart
from techmoda_ha.capacity.configuration import (
    TABLE_PARTS,
    Concurrency,
    Configuration,
    Objectives,
    Provisioned,
    Throttle,
    Throughput,
)
from techmoda_ha.capacity.rules import PRICES_SOURCE, SOURCES
from techmoda_ha.capacity.search import Found, meets

PART_NAMES = {
    "firewall": "firewall (WAF)",
    "account_throttle": "API Gateway's account limit",
    "throttle": "stage throttle",
    "write_throttle": "throttle of writing methods",
    "authorizer": "authorizer's concurrency",
    "products": "products function's concurrency",
    "table_read": "table reads",
    "table_write": "table writes",
    "index_read": "index reads",
    "index_write": "index writes",
}


@dataclass(frozen=True)
class Verdict:
    """One configuration, judged."""

    found: Found
    objectives: Objectives

    @property
    def missed(self) -> list[str]:
        """Return which objectives do not hold, in words."""
        return meets(self.found.result, self.objectives)

    @property
    def bottleneck(self) -> str:
        """Return the part that refuses first and when, or "none"."""
        result = self.found.result
        part = result.first_bottleneck
        return "none" if part is None else f"{PART_NAMES[part]}, after {duration(result.first_at[part])}"

    def row(self) -> dict[str, str]:
        """Return what a table shows."""
        result, found = self.found.result, self.found
        return {
            "configuration": found.configuration.name,
            "holds": "no" if self.missed else "yes",
            "requests": f"{result.requests:,.0f}",
            "refused": f"{result.throttled_requests:,.0f} ({result.throttled_share:.2%})",
            "first bottleneck": self.bottleneck,
            "p99 / worst minute": f"{result.p99_seconds:.2f} / {result.p99_worst_minute_seconds:.2f} s",
            "cold starts": f"{result.cold_starts:,.0f}",
            "cost of the profile": f"${found.profile_cost:,.2f}",
            "of 30 normal days": f"${found.monthly_cost:,.2f}",
        }

    def as_json(self) -> dict[str, Any]:
        """Return everything that was computed, without the charts' series."""
        result = self.found.result
        return {
            "configuration": self.found.configuration.name,
            "limits": limits(self.found.configuration),
            "holds": not self.missed,
            "missed": self.missed,
            "requests": round(result.requests, 1),
            "throttled_requests": round(result.throttled_requests, 1),
            "throttled_by_part": {part: round(count, 1) for part, count in result.throttled.items() if count},
            "first_bottleneck": result.first_bottleneck,
            "first_throttled_after_seconds": result.first_at,
            "p99_seconds": round(result.p99_seconds, 3),
            "p99_worst_minute_seconds": round(result.p99_worst_minute_seconds, 3),
            "cold_starts": round(result.cold_starts, 1),
            "peak_concurrency": round(result.peak_concurrency, 1),
            "profile_cost_usd": round(self.found.profile_cost, 2),
            "monthly_cost_usd": round(self.found.monthly_cost, 2),
        }


def limits(configuration: Configuration) -> dict[str, str]:
    """Return a configuration's limits in words, by part."""
    told = {part: _throughput(configuration.throughputs[part]) for part in TABLE_PARTS}
    return {
        **told,
        "products": _concurrency(configuration.products),
        "authorizer": _concurrency(configuration.authorizer),
        "throttle": _throttle(configuration.throttle),
        "write_throttle": _throttle(configuration.write_throttle),
    }


def _throughput(throughput: Throughput) -> str:
    if not isinstance(throughput, Provisioned):
        return "on demand" if throughput.ceiling is None else f"on demand up to {throughput.ceiling:g}"
    if throughput.target is None:
        return f"{throughput.baseline:g} fixed"
    return f"{throughput.baseline:g} to {throughput.maximum:g} at {throughput.target:.0%}"


def _concurrency(function: Concurrency) -> str:
    reserved = "unreserved" if function.reserved is None else f"{function.reserved} reserved"
    if not function.provisioned_maximum:
        return reserved
    return f"{reserved}, {function.provisioned_minimum} to {function.provisioned_maximum} provisioned"


def _throttle(throttle: Throttle) -> str:
    return f"{throttle.rate:g}/s, {throttle.burst:g} at once"


_STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5b6673;--line:#d5dae0;--page:#fff;
--a:#2563a8;--b:#c2410c;--c:#15803d}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ee;--soft:#9aa5b1;--line:#333b45;--page:#14181d;
--a:#7ab0ee;--b:#f59e6b;--c:#6fcf8e}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);
max-width:1320px;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;display:block;overflow-x:auto}
th,td{text-align:left;padding:.35rem .8rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr));gap:1rem}
figure{margin:0}svg{width:100%;height:auto}figcaption{font-size:.85rem}
.unit,svg text{color:var(--soft);fill:var(--soft)}svg text{font-size:11px}.grid{stroke:var(--line)}
polyline{fill:none;stroke-width:1.6}
polyline.a{stroke:var(--a)}polyline.b{stroke:var(--b)}polyline.c{stroke:var(--c)}
.key{border-bottom:3px solid}.key.a{border-color:var(--a)}.key.b{border-color:var(--b)}
.key.c{border-color:var(--c)}.no{color:var(--b);font-weight:600}.yes{color:var(--c);font-weight:600}
"""


def page(title: str, verdicts: Sequence[Verdict]) -> str:
    """Return the HTML page of a profile's verdicts."""
    rows = [verdict.row() for verdict in verdicts]
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>Capacity: {html.escape(title)}</title><style>{_STYLE}</style><h1>{html.escape(title)}</h1>",
        _table([list(row.values()) for row in rows], list(rows[0])),
        *(_section(verdict) for verdict in verdicts),
        "<h2>Rules</h2>",
        _table(
            [
                [rule.about, rule.says, rule.source + (" (assumed)" if rule.assumed else "")]
                for rule in SOURCES
            ],
            ["", "rule", "source"],
        ),
        f"<p>Prices: {html.escape(PRICES_SOURCE)}. "
        "A refused request is counted once and not sent again.</p></html>",
    ]
    return "".join(parts)


def _table(rows: Sequence[Sequence[str]], heads: Sequence[str]) -> str:
    head = "".join(f"<th>{html.escape(one)}" for one in heads)
    body = "".join(f"<tr>{''.join(_cell(one) for one in row)}" for row in rows)
    return f"<table><tr>{head}{body}</table>"


def _cell(text: str) -> str:
    style = f' class="{text}"' if text in {"yes", "no"} else ""
    return f"<td{style}>{html.escape(text)}"


def _section(verdict: Verdict) -> str:
    result, configuration = verdict.found.result, verdict.found.configuration
    seconds, series = len(result.profile.rates), result.series
    offered = [Line("offered", series["offered"], "a"), Line("refused", series["throttled"], "b")]
    charts = [line_chart("Requests", offered, seconds, "requests/s")]
    for part in TABLE_PARTS:
        lines = [Line("used", series[part], "a")]
        if isinstance(configuration.throughputs[part], Provisioned):
            lines.append(Line("capacity", series[f"{part}_capacity"], "c"))
        charts.append(line_chart(PART_NAMES[part].capitalize(), lines, seconds, "units/s"))
    charts.append(
        line_chart("Executions at a time", [Line("used", series["concurrency"], "a")], seconds, "executions")
    )
    told = "; ".join(f"{PART_NAMES[part]}: {text}" for part, text in limits(configuration).items())
    missed = f"<p class=no>{html.escape('; '.join(verdict.missed))}.</p>" if verdict.missed else ""
    return (
        f"<h2>{html.escape(configuration.name)}</h2><p>{html.escape(told)}.</p>{missed}"
        f'<div class="charts">{"".join(charts)}</div>'
    )
