"""Rigorous proofs: one module for each kind."""
