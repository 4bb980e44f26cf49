"""The HTTP server: one request, from the connection to the answer."""
