"""What people answer to a call, sealed, and the sums of it."""
