"""The stored answers of a run: found, shown and graded again."""
