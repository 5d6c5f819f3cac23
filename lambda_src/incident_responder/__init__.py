"""Answers incidents by itself: an event names one, a playbook knows what helps, limits say how often.

What comes in (events.py): changes of CloudWatch alarms and ends of AWS Backup's jobs, from EventBridge or
an SNS topic, and the schedule's tick, at which it looks which versions the functions serve. What nobody
knows is parked in a queue, with the reason.

What it may do is the table of playbooks (playbook_table.py), which the deployment passes as JSON. Per event:

  1. The event is claimed, so that a second delivery, or the same change over another channel, does nothing.
  2. Its playbook reads how things are, and decides: act, report to people, or leave it.
  3. Limits are taken before an act: one act for each playbook and resource in its cool-down, and a number
     of acts in an hour for all together. With DRY_RUN an act is only told.
  4. What came of it is kept in the table, logged and told to the topic.

The table `<name>-incidents` (hash key `id`, TTL attribute `expires_at` in epoch seconds) holds:

  incident#<key>               the audit record; see records.py. `key` is the same for the same change,
                               however it is told and however often
  limit#<playbook>#<resource>  `acted_at` (epoch seconds) and `incident`: when, and for which incident, the
                               playbook last acted on the resource
  report#<playbook>#<resource> the same for what it only reported
  budget#<hour>                `used`: how many acts the hour has seen; the hour as 2025-11-28T10
  alias#<function>:<alias>     which version the alias serves; see ledger.py
  restart#<backup job>         `of`: the failed job that this one was started for
"""
