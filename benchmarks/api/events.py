"""The API Gateway event that both handlers answer."""

from typing import Any

LIST_PRODUCTS: dict[str, Any] = {
    "resource": "/products",
    "path": "/products",
    "httpMethod": "GET",
    "headers": {"Accept": "application/json"},
    "multiValueHeaders": {"Accept": ["application/json"]},
    "queryStringParameters": None,
    "multiValueQueryStringParameters": None,
    "pathParameters": None,
    "stageVariables": None,
    "requestContext": {
        "stage": "live",
        "requestId": "benchmark",
        "httpMethod": "GET",
        "path": "/live/products",
    },
    "body": None,
    "isBase64Encoded": False,
}
