"""Parts of the demo generator: a fictional French health mutual, 2019-12 to 2025-12.

Everything here is synthetic. Names of companies, funds and data vendors are invented; LEI codes start with
`DEMO`, which no issuing organisation uses, and ISIN codes are made from made-up bodies. Only countries,
exchange rates (European Central Bank reference rates at month end) and rounded country statistics are real.
"""
