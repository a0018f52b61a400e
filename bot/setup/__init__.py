"""Setting up an installation: the questions, the live checks, the files, and what is still missing afterwards."""
