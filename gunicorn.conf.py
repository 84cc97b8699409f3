"""How gunicorn serves the line: in ./run, and in production behind a proxy that ends https."""

from conferenceline.settings import PORT

bind = f"127.0.0.1:{PORT}"

# A turn mostly waits for Twilio, so threads carry the calls: 32 admit about 25 callers a second. One process
# is right for SQLite, which has one writer; on PostgreSQL, gunicorn's own WEB_CONCURRENCY=2 makes two.
worker_class = "gthread"
threads = 32

# Twilio gives up on an answer after 15 seconds: nobody waits for a request that is older.
graceful_timeout = 15
timeout = 30  # without a sign of life from the process; a gthread worker gives one whatever its requests do

# A proxy on this machine says whether the caller came by https. It has no other say: gunicorn's default would
# also let it rewrite the path.
forwarded_allow_ips = "127.0.0.1,::1"
forwarder_headers = ""

# The path only: a query string can hold phone numbers.
accesslog = "-"
access_log_format = "%(t)s %(m)s %(U)s %(s)s %(b)s bytes %(M)s ms"

# A socket to steer gunicorn by, in the home directory. Nobody here uses it.
control_socket_disable = True
