"""The features. Each folder is one; they are found by walking this package (no list to edit)."""
