"""Faults of every kind while the bot sends, and kill -9 at every await of the sender; lost and doubled are counted.

`life.py` is one life of the bot, `zygote.py` gives lives without importing everything anew, `play.py` is a run: the
stand-in Discord, its faults, the killer and the count at the end.
"""
