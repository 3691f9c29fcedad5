"""One file per node of the graph."""
