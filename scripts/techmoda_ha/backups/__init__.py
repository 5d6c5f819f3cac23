"""Backups by hand: what there is, one more now, a restore, an erasure.

`manager` talks to the deployed backup manager, `jobs` to AWS Backup, `erasing` to the tables.
"""
