"""WhatsApp over Meta's Cloud API: the signed webhook on the way in, messages and templates on the way out."""
