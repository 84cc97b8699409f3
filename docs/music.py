#!/usr/bin/env python3
"""Writes the music that callers hear while they wait: conferenceline/static/waiting.wav, the same each time.

    .venv/bin/python docs/music.py

It is ours, so that no licence goes with it; as a telephone carries it (8 kHz, one channel); and it may be repeated
without a seam: what still sounds at its end sounds on at its beginning.
"""

import math
import wave
from array import array
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "conferenceline" / "static" / "waiting.wav"
RATE = 8_000  # samples in a second
SECONDS = 10  # conferenceline.telephony.twiml plays it three times between two sentences
RINGS = 3.0  # seconds
CHORDS = ((48, 55, 64, 71), (45, 52, 60, 67), (41, 53, 60, 64), (43, 50, 59, 64))  # MIDI: Cmaj7, Am7, Fmaj7, G6
LOUDNESS = 0.16  # of each note; several sound at once


def main() -> None:
    samples = [0.0] * (RATE * SECONDS)
    notes = [note for chord in CHORDS for note in chord]
    for number, note in enumerate(notes):
        strike(samples, number * len(samples) // len(notes), 440 * 2 ** ((note - 69) / 12))
    with wave.open(str(FILE), "wb") as file:
        file.setparams((1, 2, RATE, len(samples), "NONE", ""))
        file.writeframes(array("h", (round(32_767 * max(-1.0, min(1.0, each))) for each in samples)).tobytes())


def strike(samples: list[float], at: int, pitch: float) -> None:
    """Adds one note of this pitch (Hz) that begins at this sample and fades."""
    for each in range(int(RINGS * RATE)):
        seconds = each / RATE
        fade = min(1.0, seconds / 0.02) * math.exp(-1.6 * seconds) * (1 - seconds / RINGS)
        tone = math.sin(2 * math.pi * pitch * seconds) + 0.3 * math.sin(4 * math.pi * pitch * seconds)
        samples[(at + each) % len(samples)] += LOUDNESS * fade * tone


if __name__ == "__main__":
    main()
