"""Systems we call: one file per system, each behind a port of the domain."""
