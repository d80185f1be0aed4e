"""Declarations of the subject: screening."""
