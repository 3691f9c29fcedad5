"""Tests of the pages where staff work."""
