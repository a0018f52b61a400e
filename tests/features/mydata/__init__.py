"""What the scenarios of `tests/conformance/test_mydata.py` do not reach."""
