"""Proofs about candidates, and the certificates that carry them to another machine."""
