"""A pretend Twilio for demo and tests: its REST half, its calling half, and a phone. Never in production."""
