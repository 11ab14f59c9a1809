"""Hypothesis profiles for all tests, and which examples to test."""

from __future__ import annotations

from pgb.strategies.profiles import load_profile

load_profile()
