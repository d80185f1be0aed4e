"""Declarations only, loaded by ``definitions.py``; no arithmetic and no SQL lives here."""
