"""The calling half: places calls, asks the application what to do, does it, and runs the rooms.

No thread moves a call. What stands is rows; what is due is computed from the clock when a phone asks.
"""
