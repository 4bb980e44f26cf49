"""From an executed notebook to one HTML file that opens anywhere, offline, without a script."""
