"""Language models made dependable: guarded, in order of preference, and within a budget."""
