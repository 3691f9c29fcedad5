"""A language model that says what it is told to, right or wrong, behind the interface that all of them share."""
