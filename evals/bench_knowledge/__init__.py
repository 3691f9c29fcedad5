"""Measures the knowledge of the assistant: what it finds and turns away, how fast, and what survives."""
