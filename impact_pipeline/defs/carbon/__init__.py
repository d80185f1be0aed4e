"""Declarations of the subject: carbon."""
