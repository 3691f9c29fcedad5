"""How words become tasks; the offline reader and what it is made of."""
