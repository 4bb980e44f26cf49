"""A simulator of AWS Organizations: a real HTTP server on loopback that speaks the AWS protocol."""
