"""Codes of securities and issuers: check digits, the dated map, and how every issuer was found."""
