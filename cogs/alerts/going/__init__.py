"""Those who go: a place or the waiting list, a reminder they asked for, and one question afterwards."""
