"""The rehearsal as people meet it: an invented coalition, a page with its people's screens, and a script."""
