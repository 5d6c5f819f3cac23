"""What the plan's own numbers promise: availability, recovery after each disruption, room for a surge."""
