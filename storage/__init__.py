"""Where it is kept; the only folder that imports SQLAlchemy."""
