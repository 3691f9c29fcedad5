"""Tests of how a conversation is run."""
