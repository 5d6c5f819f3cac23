"""Generated requests against the deployed API: whatever is sent, it answers as openapi.json says."""
