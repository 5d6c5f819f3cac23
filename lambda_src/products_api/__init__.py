"""The product API: handler → service → repository.

`handler` is the cold start, `application` wires the parts together, `routes` speaks HTTP, `service`
holds the rules, `repository` is the only module that speaks DynamoDB.
"""
