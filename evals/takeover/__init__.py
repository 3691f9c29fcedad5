"""The takeover campaign: handovers, colleagues and the clock go on while the desk is killed again and again."""
