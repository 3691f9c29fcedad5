"""Where staff work: pages that the server writes, with live news over server-sent events; no build step."""
