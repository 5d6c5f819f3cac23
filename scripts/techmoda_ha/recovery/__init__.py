"""Putting corrupted items right while the API goes on serving.

`core` is pure: changes and items in, repairs out. Around it, `streams`, `tables` and `erasures` read AWS,
`plan_file` and `spill` keep things on disk, and `apply` writes under conditions.
"""
