"""The bot as a process that is killed with -9 at random moments, and a platform that outlives it.

    python -m tests.kill --times 50

`harness` knows nothing of a platform: Discord's and Matrix's tests use its `Process` and `torment` too.
"""
