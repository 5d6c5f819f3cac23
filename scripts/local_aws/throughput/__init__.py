"""Provisioned throughput without I/O: what a table can take now, and when autoscaling changes it."""
