"""Twilio, in no hurry: what the line does until it answers is in the middle."""

import os
import socket

from sandbox.rest import SandboxHttpClient


class HeldTwilio(SandboxHttpClient):
    """Tells the test that it was asked, and answers once that hangs up."""

    def request(self, *args, **kwargs):
        with socket.create_connection(("127.0.0.1", int(os.environ["HELD_BY"]))) as test:
            test.recv(1)
        return super().request(*args, **kwargs)
