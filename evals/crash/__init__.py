"""The crash campaign: customers who keep talking, a desk that keeps dying, a checker that never asks the desk."""
