"""The REST half: what answers where Twilio's own servers would."""

from sandbox.rest.client import SandboxHttpClient, observers

__all__ = ["SandboxHttpClient", "observers"]
