"""Where things are: inputs, policy, home. One frozen object, made from options or ``IMPACT_*`` variables."""

import os
from dataclasses import dataclass
from pathlib import Path

from impact_pipeline.errors import SettingsError

REPOSITORY = Path(__file__).resolve().parent.parent
SQL_MODELS = REPOSITORY / "dbt_like_sql"
REFERENCE = REPOSITORY / "data" / "reference"

#: First and last month of the partitions shown in the UI; the demo's baseline is 2019-12.
FIRST_MONTH = "2019-12"


@dataclass(frozen=True)
class Settings:
    """Paths of one installation. Everything the pipeline writes is under ``home``, which can be moved as a whole."""

    inputs: Path
    policy: Path
    home: Path

    @classmethod
    def load(cls, inputs: str | None = None, policy: str | None = None, home: str | None = None) -> "Settings":
        """Take options first, then ``IMPACT_INPUTS``, ``IMPACT_POLICY``, ``IMPACT_HOME``, then the demo."""
        demo = REPOSITORY / "data" / "demo"
        return cls(
            inputs=_path(inputs, "IMPACT_INPUTS", demo / "inputs"),
            policy=_path(policy, "IMPACT_POLICY", demo / "policy"),
            home=_path(home, "IMPACT_HOME", REPOSITORY / "data" / "home"),
        )

    @property
    def warehouse(self) -> Path:
        """The working file; only the pipeline opens it."""
        return self.home / "warehouse.duckdb"

    @property
    def readers(self) -> Path:
        """The snapshot that readers open."""
        return self.home / "readers.duckdb"

    @property
    def archive(self) -> Path:
        """Input bytes by sha256."""
        return self.home / "archive"

    @property
    def dagster_home(self) -> Path:
        """The Dagster instance."""
        return self.home / "dagster"

    def environment(self) -> dict[str, str]:
        """Variables that make a child process use the same paths."""
        return {
            "IMPACT_INPUTS": str(self.inputs),
            "IMPACT_POLICY": str(self.policy),
            "IMPACT_HOME": str(self.home),
            "DAGSTER_HOME": str(self.dagster_home),
            # events of a range of months are stored some hundred at a time
            "DAGSTER_EVENT_BATCH_SIZE": "500",
        }

    def require_inputs(self) -> None:
        """Raise ``SettingsError`` when the inputs or policy folder is missing."""
        for label, folder, option in (
            ("inputs", self.inputs, "--inputs"),
            ("policy", self.policy, "--policy"),
        ):
            if not folder.is_dir():
                raise SettingsError(f"{label} folder {folder} does not exist; give another with {option}")

    def require_home(self) -> None:
        """Raise ``SettingsError`` when the home is not a folder that can be made and written."""
        existing = next(folder for folder in (self.home, *self.home.parents) if folder.exists())
        if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
            what = "is not a folder" if not existing.is_dir() else "cannot be written"
            raise SettingsError(f"home {self.home}: {existing} {what}; give another with --home")


def _path(option: str | None, variable: str, default: Path) -> Path:
    return Path(option or os.environ.get(variable) or default).expanduser().resolve()
