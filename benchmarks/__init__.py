"""Figures: what the bot costs, each as a ratio to the bare library measured in the same run.

A benchmark is a module here with `TITLE` and `async def run(**options) -> dict`; the defaults of `run` are its options.
"""
