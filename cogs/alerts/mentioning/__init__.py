"""Which role of its own server an organization lets a call notify: chosen by its moderators, by nobody else."""
