"""The stored answers: read, browsed, graded anew."""
