"""A dashboard of every kind of widget, and the CloudWatch of two regions that may be down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from techmoda_ha.dashboard.body import AlarmWidget, MetricWidget, read_body
from techmoda_ha.dashboard.data import Window

END = datetime(2025, 11, 28, 10, tzinfo=UTC)
NOW = END - timedelta(seconds=29, microseconds=5)
WINDOW = Window(END - timedelta(hours=1), END)
BODY: dict[str, Any] = {
    "widgets": [
        {"type": "text", "x": 0, "y": 0, "width": 24, "height": 1, "properties": {"markdown": "## Traffic"}},
        {
            "type": "metric", "x": 0, "y": 1, "width": 12, "height": 6,
            "properties": {
                "title": "Latency", "region": "us-east-1", "view": "timeSeries", "stat": "Average",
                "period": 60,
                "yAxis": {"left": {"label": "ms", "min": 0}},
                "annotations": {"horizontal": [{"label": "Objective", "value": 500, "color": "#d62728"}]},
                "metrics": [
                    ["AWS/ApiGateway", "Latency", "ApiName", "shop", {"stat": "p99", "label": "gateway"}],
                    [".", "IntegrationLatency", ".", "."],
                    [{"expression": "m1 * 2", "id": "twice", "region": "us-west-2"}],
                ],
            },
        },
        {
            "type": "metric", "x": 12, "y": 1, "width": 12, "height": 6,
            "properties": {
                "title": "Good", "region": "us-east-1", "view": "singleValue", "start": "-P30D",
                "setPeriodToTimeRange": True,
                "metrics": [
                    ["AWS/ApiGateway", "Count", "ApiName", "shop", {"id": "all", "visible": False}],
                    [{"expression": "100 * all / all", "label": "Good (%)", "id": "good"}],
                ],
            },
        },
        {
            "type": "alarm", "x": 0, "y": 7, "width": 12, "height": 6,
            "properties": {
                "title": "Alarms",
                "alarms": [
                    "arn:aws:cloudwatch:us-east-1:111111111111:alarm:shop-latency",
                    "arn:aws:cloudwatch:us-east-1:111111111111:alarm:shop-errors",
                    "arn:aws:cloudwatch:us-west-2:111111111111:alarm:shop-gone",
                ],
            },
        },
        {"type": "log", "x": 12, "y": 7, "width": 12, "height": 6, "properties": {"title": "Lines"}},
    ]
}  # fmt: skip
DASHBOARD = read_body("shop-us-east-1", json.dumps(BODY))


class CloudWatch:
    """One region's CloudWatch: it answers every query with two points, and keeps what was asked."""

    def __init__(self, region: str, *, down: bool = False) -> None:
        self.region = region
        self.down = down
        self.asked: list[dict[str, Any]] = []

    def get_dashboard(self, **request: Any) -> dict[str, Any]:
        """Return the body, or what AWS says when there is none."""
        self._refuse_when_down("GetDashboard")
        if request["DashboardName"] != DASHBOARD.name:
            raise ClientError(
                {"Error": {"Code": "ResourceNotFound", "Message": "no such dashboard"}}, "GetDashboard"
            )
        return {"DashboardBody": json.dumps(BODY)}

    def get_paginator(self, _operation: str) -> CloudWatch:
        """Page through GetMetricData."""
        return self

    def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
        """Return two pages with one point each, for what returns data."""
        self._refuse_when_down("GetMetricData")
        self.asked.append(request)
        for minute in (20, 40):
            results = [
                {
                    "Id": query["Id"],
                    "Label": query.get("Label", query["Id"]),
                    "Timestamps": [request["StartTime"] + timedelta(minutes=minute)],
                    "Values": [float(minute)],
                }
                for query in request["MetricDataQueries"]
                if query["ReturnData"]
            ]
            yield {"MetricDataResults": results}

    def describe_alarms(self, **request: Any) -> dict[str, Any]:
        """Return a metric alarm and a composite one."""
        self._refuse_when_down("DescribeAlarms")
        states = {"shop-latency": "ALARM", "shop-errors": "OK"}
        known = [
            {"AlarmName": name, "StateValue": states[name]}
            for name in request["AlarmNames"]
            if name in states
        ]
        return {"MetricAlarms": known[:1], "CompositeAlarms": known[1:]}

    def _refuse_when_down(self, operation: str) -> None:
        if self.down:
            raise ClientError({"Error": {"Code": "503", "Message": "unavailable"}}, operation)


class Regions:
    """The clients of both regions."""

    def __init__(self, *down: str) -> None:
        self.clients = {name: CloudWatch(name, down=name in down) for name in ("us-east-1", "us-west-2")}

    def __call__(self, _service: str, region: str) -> CloudWatch:
        return self.clients[region]


def widget(position: int) -> MetricWidget:
    found = DASHBOARD.widgets[position]
    assert isinstance(found, MetricWidget)
    return found


def alarm_widget() -> AlarmWidget:
    found = DASHBOARD.widgets[3]
    assert isinstance(found, AlarmWidget)
    return found
