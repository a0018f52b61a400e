"""Matrix: the real nio, with our own loop, inbox, rights, cross-signing and send queue (each file says why)."""
