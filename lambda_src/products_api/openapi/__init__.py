"""Generates openapi.json from the schemas and from the code's own limits and error map.

Run `PYTHONPATH=lambda_src python -m products_api.openapi` after a change; a test compares.
The function does not import this package, it serves the generated file.
"""
