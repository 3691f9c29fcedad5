"""The office behind the agent."""
