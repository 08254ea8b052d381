"""Publishing of results: a folder for each suite, and the overall leaderboard."""
