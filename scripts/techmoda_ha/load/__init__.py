"""Load tests: traffic at a stated rate that does not wait for answers, and a judgement of what came of it.

`locustfile` runs in a process of its own, because gevent changes the standard library under it; nothing
else here may import it or locust.
"""
