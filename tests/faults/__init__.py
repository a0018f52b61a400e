"""Deliveries under faults: a bot that is killed with -9, a platform that fails, and a count of what came of it.

    python -m benchmarks faults --runs 1000
    python -m benchmarks faults --runs 1000 --on matrix

One run is one small coalition with its own database file: on a stand-in Discord of its own, or as a new bot of one real
Synapse, behind a proxy. Its bot lives several times: all lives but the last are killed, at a chosen await of the sender
or at any moment. `plan` draws a run from a seed, `life` is one life (a fork of `zygote`, so that nothing is imported
again), `on_discord` and `on_matrix` are the platform's side (`world` says what that is), `trouble` and `proxy` make
requests fail, `judge` compares in the end. The seed decides the plan; what the machine's timing makes of it is not
repeated exactly.
"""
