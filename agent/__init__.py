"""How a conversation is run; the only folder that imports LangGraph."""
