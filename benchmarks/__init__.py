"""Measurements that compare, kept apart from the tests: a busy machine may change them, not break them."""
