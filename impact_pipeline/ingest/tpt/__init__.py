"""Tripartite Templates: the fields of a fund file to rows of holdings, issuers, ownership and portfolios."""
