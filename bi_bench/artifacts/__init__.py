"""The typed files between rooms: every file of a stage or a run that one room writes and another reads.

A name of a file, of a field or of a role stands here and nowhere else.
"""
