"""Hypothesis state machines: any order of acts, faults and crashes."""
