"""What new people are shown of the organizations: their own lines, where they are, and public listings."""
