"""What a notebook holds on to: its run, its page, its front end; and running it headless."""
