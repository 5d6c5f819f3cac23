"""Route 53's health checks: who checks, how a status follows, and what is reported of it."""
