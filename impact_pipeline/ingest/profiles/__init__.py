"""Supplier profiles: how a file of any shape is recognised and brought to the columns of the contract."""
