"""Resources of the code location: one installation (paths) with its store."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from impact_pipeline.errors import ImpactPipelineError
from impact_pipeline.settings import Settings
from impact_pipeline.warehouse.store import Store

#: What a terminal shows while a step waits for the store; Python prints warnings even where nobody set up logging.
waiting = logging.getLogger("impact_pipeline.waiting")

#: Key of the metadata that carries the exit code from a failed step to the command line.
EXIT_CODE = "exit_code"


class Installation(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Inputs, policy and home of a run; the store that goes with them."""

    inputs: str
    policy: str
    home: str

    @classmethod
    def from_settings(cls, settings: Settings) -> "Installation":
        """The resource for these settings."""
        return cls(inputs=str(settings.inputs), policy=str(settings.policy), home=str(settings.home))

    @property
    def settings(self) -> Settings:
        """Paths of the installation."""
        return Settings(Path(self.inputs), Path(self.policy), Path(self.home))

    def store(self, context: dg.AssetExecutionContext) -> Store:
        """The working store; waiting for its lock is said in the run's log and on the terminal."""

        def say(sentence: str) -> None:
            context.log.info(sentence)
            waiting.warning(sentence)

        return Store(self.settings.warehouse, on_wait=say)


@contextmanager
def told() -> Iterator[None]:
    """Turn an error an analyst can mend into a failed step with one plain sentence and its exit code."""
    try:
        yield
    except ImpactPipelineError as error:
        raise dg.Failure(
            description=str(error),
            metadata={EXIT_CODE: error.exit_code, "what happened": dg.MetadataValue.md(f"**{error}**")},
            allow_retries=False,
        ) from error
