"""Where customers talk: one file per channel."""
