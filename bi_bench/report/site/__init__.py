"""A report as a static site: a leaderboard from which every number opens down to single answers.

The site opens from its folder, without a server and without a network.
"""
