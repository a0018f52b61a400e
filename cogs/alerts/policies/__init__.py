"""What each organization decided about others' calls: per sender, per topic, and for both together."""
