"""The shell around techmoda_ha.plan: reads plans, writes reports."""
