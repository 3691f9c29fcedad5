"""Each tool against a small company."""
