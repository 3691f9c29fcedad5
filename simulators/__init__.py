"""The platforms and systems around the desk, played on loopback: for trying, for tests and for measuring."""
