"""Putting corrupted items right while the API goes on serving, from the command line.

The rules, and how repairs are written, are in `techmoda_recovery`. Here `streams`, `tables` and `restoring`
read AWS, `spill` keeps on disk what does not fit into memory, and `planning` and `service` put it together.
"""
