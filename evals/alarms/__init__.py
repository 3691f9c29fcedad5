"""What customers write and what of it is an alarm, anger or a wish for a person, labelled by hand."""
