"""Events that a function could not handle: what waits in an environment's queues, and what becomes of it."""
