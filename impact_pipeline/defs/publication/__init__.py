"""Declarations of the subject: publication."""
