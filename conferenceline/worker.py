"""The worker inside the server: huey's consumer on threads of a gunicorn process, ending with it."""

from __future__ import annotations

from threading import Event, Thread
from typing import Any

from django.conf import settings
from django.utils.module_loading import autodiscover_modules
from huey.consumer import Consumer

ENDS_WITHIN = 2  # seconds; a send that takes longer is found again by its lease


class EmbeddedConsumer(Consumer):
    """Leaves the signals to the server, and says when its threads run: one that has not begun cannot be ended."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_started = Event()

    def _set_signal_handlers(self) -> None:
        pass

    def start(self) -> None:
        super().start()
        self.has_started.set()


class Worker:
    """Works from its start until stop(). Several at once, in one process or in many, do nothing twice."""

    def __init__(self) -> None:
        from huey.contrib.djhuey import HUEY  # it reads the settings when it is imported

        autodiscover_modules("tasks")
        self._consumer = EmbeddedConsumer(HUEY, **settings.HUEY["consumer"], shutdown_timeout=ENDS_WITHIN)
        self._thread = Thread(target=self._consumer.run, name="worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._consumer.has_started.wait(ENDS_WITHIN)
        self._consumer.stop(graceful=True)
        self._thread.join(ENDS_WITHIN)
