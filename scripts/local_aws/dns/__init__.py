"""Route 53's answers to DNS queries, from the records of the hosted zones and the health checks."""
