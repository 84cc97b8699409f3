"""The line's settings, with the pretend Twilio's rows in a database of their own: it goes on when ours is down."""

from conferenceline.settings import *  # noqa: F403
from conferenceline.settings import DATABASES, env

DATABASES["sandbox"] = DATABASES["default"] | env.db("SANDBOX_DATABASE_URL")
DATABASE_ROUTERS = ["benchmarks.hosts.settings.SandboxApart"]


class SandboxApart:
    def db_for_read(self, model, **_hints):
        return "sandbox" if model._meta.app_label == "sandbox" else None

    db_for_write = db_for_read

    def allow_migrate(self, db, app_label, **_hints):
        return (db == "sandbox") == (app_label == "sandbox")
