"""A draft shown to moderators only, headed PRACTICE: never counted as a call, and never too often."""
