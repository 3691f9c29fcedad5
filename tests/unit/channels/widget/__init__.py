"""The widget, part by part, and its door as browsers find it."""
