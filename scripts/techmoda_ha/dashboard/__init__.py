"""Draws a deployed CloudWatch dashboard: its body by GetDashboard, its data by GetMetricData."""
