"""A local AWS: one account, two regions, on loopback, with regions that can be cut off."""
