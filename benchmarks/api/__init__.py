"""GET /products, ours against a straight port of the original handler, side by side in one run.

Run `python -m benchmarks.api` with the variables of a running local AWS (`ha local env`).
"""
