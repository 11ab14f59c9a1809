"""Hypothesis strategies for data, losses, networks, objectives and candidates."""
