"""Tests of where it is kept."""
