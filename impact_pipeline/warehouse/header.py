"""The comment header of a SQL file: ``-- key: value`` lines for what a parser cannot know."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from impact_pipeline.errors import ModelHeaderError

_KEY = re.compile(r"^--\s?([a-z_]+):\s*(.*)$")
_CONTINUED = re.compile(r"^--\s{2,}(\S.*)$")


@dataclass
class Header:
    """The keys of one file, each with the line it stands on."""

    file: str
    values: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def error(self, key: str, message: str) -> ModelHeaderError:
        """An error that names the file and the line of ``key``."""
        return ModelHeaderError(f"{self.file}, line {self.lines.get(key, 1)}: {message}")

    def words(self, key: str) -> tuple[str, ...]:
        """A comma-separated value as a tuple."""
        return tuple(word.strip() for word in self.values[key].split(",") if word.strip())

    def choice(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """A value that must be one of a closed list."""
        value = self.values.get(key, default)
        if value not in allowed:
            raise self.error(key, f"{key} is {value!r}; expected one of {', '.join(allowed)}")
        return value


def short_name(path: Path) -> str:
    """The path from ``dbt_like_sql`` on, for messages."""
    return "/".join(path.parts[-3:])


def read_header(path: Path, text: str, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> Header:
    """Read the leading comment lines of ``text``; a line of ``--`` and two spaces continues the one before.

    Raises:
        ModelHeaderError: unknown, repeated, empty or missing key, or a header line that is neither.
    """
    header, last = Header(short_name(path)), ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("--"):
            break
        keyed, continued = _KEY.match(line), _CONTINUED.match(line)
        if keyed:
            last = keyed[1]
            if last not in (*required, *optional) or last in header.values:
                fault = "twice the key" if last in header.values else "unknown key"
                expected = ", ".join((*required, *optional))
                raise ModelHeaderError(
                    f"{header.file}, line {number}: {fault} {last!r}; expected once each: {expected}"
                )
            header.values[last], header.lines[last] = keyed[2].strip(), number
        elif continued and last:
            header.values[last] = f"{header.values[last]} {continued[1].strip()}".strip()
        elif line.strip("- "):
            raise ModelHeaderError(
                f"{header.file}, line {number}: found {line!r}; expected '-- key: value', or '--   text' "
                "to continue the line before (a comment that is no header goes below an empty line)"
            )
    missing = [key for key in required if not header.values.get(key)]
    if missing:
        raise ModelHeaderError(f"{header.file}, line 1: the header lacks {', '.join(missing)}")
    return header
