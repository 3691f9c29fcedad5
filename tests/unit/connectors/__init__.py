"""Tests of the systems we call."""
