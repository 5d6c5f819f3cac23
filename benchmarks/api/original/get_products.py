"""The original getProducts handler (src/getProducts.js of the 2021 template), ported line by line.

It is the baseline and so keeps what it does: it reads the whole table, and waits for PutMetricData
before it answers. The JavaScript's `DocumentClient.scan` stands in the omitted "existing code"; it is
completed here with the paging that a list of all products needs.
"""

import json
import os
import time
from typing import Any

import boto3

dynamodb = boto3.resource("dynamodb")
cloudwatch = boto3.client("cloudwatch")

HEADERS = {"Content-Type": "application/json", "Access-Control-Allow-Origin": "*"}


def handler(_event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Answer with every product there is."""
    start_time = time.time() * 1000
    try:
        items = scan_all()
        cloudwatch.put_metric_data(
            Namespace="TechModa/API",
            MetricData=[
                {"MetricName": "ProductListSize", "Value": len(items), "Unit": "Count"},
                {
                    "MetricName": "ResponseTime",
                    "Value": time.time() * 1000 - start_time,
                    "Unit": "Milliseconds",
                },
            ],
        )
        # default=str: the document client gives JavaScript numbers, the Python resource Decimals.
        return {"statusCode": 200, "headers": HEADERS, "body": json.dumps(items, default=str)}
    except Exception:  # noqa: BLE001 - as the original does
        cloudwatch.put_metric_data(
            Namespace="TechModa/API", MetricData=[{"MetricName": "Errors", "Value": 1, "Unit": "Count"}]
        )
        body = json.dumps({"error": "Error al obtener productos"})
        return {"statusCode": 500, "headers": HEADERS, "body": body}


def scan_all() -> list[dict[str, Any]]:
    """Read the whole table."""
    table = dynamodb.Table(os.environ["PRODUCTS_TABLE"])
    answer = table.scan()
    items = list(answer["Items"])
    while "LastEvaluatedKey" in answer:
        answer = table.scan(ExclusiveStartKey=answer["LastEvaluatedKey"])
        items.extend(answer["Items"])
    return items
