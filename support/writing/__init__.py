"""How a language model may word what is true: drafts, summaries and translations, each checked by code."""
