"""When a call leaves: now or later, on one clock or on each space's own, and what is done at night."""
