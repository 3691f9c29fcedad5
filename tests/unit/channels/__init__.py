"""Each channel against a platform in miniature."""
