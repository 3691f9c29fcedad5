"""Tests of the whole house, in at one end and out at the other."""
