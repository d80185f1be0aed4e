"""Bytes to tables of text: which files there are, their versions, containers and kinds."""
