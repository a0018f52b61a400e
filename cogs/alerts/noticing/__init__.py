"""What is pointed out before sending, and never refused: a call much like it, too many calls in one week."""
