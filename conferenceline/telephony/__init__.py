"""The telephone exchange that the line is plugged into: the only place that touches Twilio."""
