"""The servers that the adapter tests run against."""

from tests.rigs.synapse import synapse

__all__ = ["synapse"]
