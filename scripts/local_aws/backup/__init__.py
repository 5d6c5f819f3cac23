"""AWS Backup and DynamoDB's point-in-time recovery, as the local AWS serves them.

Rules without I/O: `change_log`, `lifecycles`, `vault_locks`, `schedules`, `selections`, `plan_rules`.
State: `store`. MiniStack's tables: `tables`, `restores`. The API: `rest_json` and the modules of operations
that `service` puts together; `jobs` is what the modules of jobs share. `runner` is what happens by itself:
jobs, schedules, expiry.
The modules `local_aws.fills.backup_service` and `.dynamodb_pitr` connect it to the server.
"""
