"""What the administrator provides: answers to questions, and who owns which account."""
