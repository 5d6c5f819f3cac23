"""The delivery drill: two applies at once, one cut short, the primary region gone, and two bad commits."""
