"""How gunicorn serves the line: in ./run, and in production behind a proxy that ends https."""

import os
import shutil
import tempfile

from conferenceline.settings import LOGGING, PORT

# Where the processes of this host add up their metrics (conferenceline/metrics.py). HUP reads this file again.
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["METRICS_MADE_HERE"] = tempfile.mkdtemp(prefix="conferenceline-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = os.environ["METRICS_MADE_HERE"]

bind = f"127.0.0.1:{PORT}"

# A turn mostly waits for Twilio, so threads carry the calls: 32 admit 8 to 17 callers a second, by the machine
# (docs/performance.md). One process is right for SQLite, which has one writer; on PostgreSQL, gunicorn's own
# WEB_CONCURRENCY=2 makes two.
worker_class = "gthread"
threads = 32

# Twilio gives up on an answer after 15 seconds: nobody waits for a request that is older.
graceful_timeout = 15
timeout = 30  # without a sign of life from the process; a gthread worker gives one whatever its requests do

# A proxy on this machine says whether the caller came by https. It has no other say: gunicorn's default would
# also let it rewrite the path.
forwarded_allow_ips = "127.0.0.1,::1"
forwarder_headers = ""

# The application writes a line for each request itself: conferenceline/middleware.py. gunicorn's own lines look alike.
accesslog = None
logconfig_dict = {
    **LOGGING,
    "loggers": {**LOGGING["loggers"], "gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True}},
}

# A socket to steer gunicorn by, in the home directory. Nobody here uses it.
control_socket_disable = True

_workers = {}  # by process


def post_worker_init(worker):
    """Work in the background, inside the server: nothing to start by hand, and nothing left when it ends."""
    from django.conf import settings

    if settings.EMBEDDED_WORKER:
        from conferenceline.worker import Worker

        _workers[worker.pid] = Worker()


def worker_exit(server, worker):
    if worker.pid in _workers:
        _workers.pop(worker.pid).stop()


def child_exit(server, worker):
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)


def on_exit(server):
    """Takes away the directory that was made here. One that the operator named is the operator's."""
    if "METRICS_MADE_HERE" in os.environ:
        shutil.rmtree(os.environ["METRICS_MADE_HERE"], ignore_errors=True)
