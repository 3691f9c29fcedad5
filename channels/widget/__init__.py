"""The web widget: a chat on the company's own pages, put there with one script tag."""
