"""What the suite asks of Twilio and answers to it, held against what Twilio publishes."""
