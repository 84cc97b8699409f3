"""Two hosts that share nothing but PostgreSQL and Redis serve the turns of every call alternately, and are hurt.

    .venv/bin/python -m benchmarks.hosts kill       either host is killed with -9 at random moments
    .venv/bin/python -m benchmarks.hosts rolling    one host after the other is restarted gracefully
    .venv/bin/python -m benchmarks.hosts database   PostgreSQL stops in the middle of calls, and comes back

Needs PostgreSQL's server programs and a Redis on this machine, and starts everything else by itself, on the loopback
interface. Ends with what became of the callers, and with 1 where a caller was lost or one got in who should not.
"""
