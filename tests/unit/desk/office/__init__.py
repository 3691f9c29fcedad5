"""The office at the desk."""
