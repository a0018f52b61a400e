"""The rehearsal: a platform without a platform, for demonstrations, tests and training."""
