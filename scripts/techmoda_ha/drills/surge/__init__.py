"""The surge drill: ten times the traffic, while autoscaling, alarms and clients are watched."""
