"""Where the organization stands between consolidated billing and all features."""
