"""How long the capacity model takes: CPU time of several configurations and profiles."""
