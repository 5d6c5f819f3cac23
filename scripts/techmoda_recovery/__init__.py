"""Putting corrupted items right: what the command line and the Lambda function for large tables share.

`core` is pure: changes and items in, repairs out. Beside it: comparing the items of two tables (`comparing`),
plans as sealed files (`plan_files`), writing repairs under conditions (`writing`, `applying`) at a measured
pace (`pace`), and the log of erasures. Nothing here knows a command line, and all of it runs on what Lambda's
runtime offers.
"""
