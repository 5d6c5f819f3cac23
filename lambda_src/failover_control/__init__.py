"""The STOP switch and its latch: runs in the DR region only and needs nothing of the primary region.

The switch's state is one item of the table `<name>-failover` (output `stop_table_name` of envs/dr; the table
exists in the DR region only, hash key `id`). Whoever reads or writes it keeps to this contract:

    id       S     "stop"
    engaged  BOOL  true: the primary region is taken out of DNS, however healthy it looks
    armed    BOOL  true: the latch may engage the switch (see below)
    reason   S     why, in the words of whoever changed it
    by       S     "operator:<name>" or "latch"
    at       S     when, RFC 3339 in UTC with milliseconds: 2025-11-28T10:00:00.000Z
    version  N     1 for the first state, one more with each change

No item means: not engaged, not armed, version 0.

Every change is one TransactWriteItems of two puts, both or none:
  1. the new state, under the condition `attribute_not_exists(id)` if no item was read, and otherwise
     `version = <the version that was read>`: nobody overwrites what they have not seen;
  2. an entry of the audit trail with the same attributes and the id "event#<at>#<uuid>", under the condition
     `attribute_not_exists(id)`. Entries are never changed; their ids sort by time.

Who writes what:
  - stop    (operator): engaged = true,  armed = false. An engaged switch is left as it is.
  - resume  (operator): engaged = false, armed = false. A switch that is not engaged is left as it is.
  - arm     (latch):    engaged = false, armed = true, as soon as DNS leads to the primary region and the
                        last change is ARM_AFTER_SECONDS old.
  - engage  (latch):    engaged = true,  armed = false, when DNS leads to the DR region in two looks in a row.

Arming is what lets an operator resume: between the resume and Route 53's return to the primary region DNS
still leads to the DR region, and a latch that was armed would engage again at once.

GET /v1/failover/stop on the DR region's own host name answers 200 and {"stopped":true} while engaged, 404 and
{"stopped":false} while not, 503 when the state cannot be read. Route 53's inverted check looks for
`"stopped":true`, so everything else means "not stopped".
"""
