"""Reads one kind of file each: its text as Markdown, or its questions and answers."""
