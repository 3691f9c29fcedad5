"""The librarian: reads knowledge, keeps it indexed and finds the passage that answers."""
