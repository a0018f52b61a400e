"""Deliveries under faults: a bot that is killed with -9, a Discord that fails, and a count of what came of it.

    python -m benchmarks faults --runs 1000

One run is one small coalition on its own stand-in and its own database file. Its bot lives several times: all lives
but the last are killed, at a chosen await of the sender or at any moment. `plan` draws a run from a seed, `life` is one
life (a fork of `zygote`, so that nothing is imported again), `trouble` is what the stand-in does, `judge` compares in
the end. The seed decides the plan; what the machine's timing makes of it is not repeated exactly.
"""
