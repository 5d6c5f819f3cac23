"""The rules of recovery, without I/O: which writes are undone, and what an item would be without them."""
