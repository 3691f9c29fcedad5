"""Who may do what, who did, and what must stay private."""
