"""The office behind the agent: replies, rules, tickets, handover."""
