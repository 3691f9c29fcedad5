"""What the assistant can do: one business tool per file."""
