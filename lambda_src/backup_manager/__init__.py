"""Restores the products table and says whether its backups are good: the function `<name>-backups`.

The contract with operators is the original one, in Spanish: `{"operacion": "restaurar", "fechaHora": …}` or
`"usarUltimoTiempoRestaurable": true` or `"puntoRecuperacion": …`, `{"operacion": "validar"}` and
`{"operacion": "estado"}`, answered by `statusCode` and a JSON `body` with `mensaje`.

A restore takes longer than an invocation, so nothing waits for one. What is left to do on a restored table
can be seen on the table itself: `completion` looks every minute and takes it on (docs/decisions/0120).

Without I/O: `requests`, `answers`, `settings`, `verdicts`. Each with one AWS service's view: `restoring`,
`table_settings`, `scaling`, `alarms`, `erasures`, `backups`, `comparison`. `application` puts them together.
"""
