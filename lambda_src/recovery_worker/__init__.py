"""Repairs a table that outgrows one machine, a segment at a time: the tasks of a state machine.

The state machine (modules/recovery-at-scale) cuts the restored and the live table into segments and calls
this function for each, again and again until the segment is done. What is decided and how it is written is
`techmoda_recovery`, as in `ha recover`; here is what is about segments:

- `preparing` checks both tables and cuts them,
- `comparing` reads one table's segment and the other table's counterparts, and keeps plans and undo files,
- `repairing` applies a segment's plans, or takes them back,
- `reporting` adds up what the segments say.

Each invocation works for a slice of time, notes in the run's folder how far it came, and answers whether its
segment is done.
"""
