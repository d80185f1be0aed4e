"""The documents of the committee: rules, methodology, targets, corrections and sets, from YAML to typed objects."""
