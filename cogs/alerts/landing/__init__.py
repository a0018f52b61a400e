"""What becomes of a call: how far it is, what it did not reach, who comes late to it, what an organization sees."""
