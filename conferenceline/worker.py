"""The worker inside the server: huey's consumer on threads of a gunicorn process, ending with it."""

from __future__ import annotations

from threading import Thread

from django.conf import settings
from django.utils.module_loading import autodiscover_modules
from huey.consumer import Consumer

ENDS_WITHIN = 2  # seconds; a send that takes longer is found again by its lease


class EmbeddedConsumer(Consumer):
    """Leaves the signals to the server."""

    def _set_signal_handlers(self) -> None:
        pass


class Worker:
    """Works from its start until stop(). Several at once, in one process or in many, do nothing twice."""

    def __init__(self) -> None:
        from huey.contrib.djhuey import HUEY  # it reads the settings when it is imported

        autodiscover_modules("tasks")
        self._consumer = EmbeddedConsumer(HUEY, **settings.HUEY["consumer"], shutdown_timeout=ENDS_WITHIN)
        self._thread = Thread(target=self._consumer.run, name="worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._consumer.stop(graceful=True)
        self._thread.join(ENDS_WITHIN)
