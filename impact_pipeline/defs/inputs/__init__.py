"""Declarations of the subject: inputs."""
