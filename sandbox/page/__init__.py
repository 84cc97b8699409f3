"""/phone/: telephones side by side in the browser. Loopback only, since it shows codes."""
