"""Files of the policy folder: which there are, their documents, their common digest. Knows no rule and no method."""

import difflib
import hashlib
from collections.abc import Iterator
from pathlib import Path

from impact_pipeline.errors import PolicyFileError
from impact_pipeline.ingest.policy.strict_yaml import Document, read_documents

FOLDERS = ("rules", "sets", "overrides", "engagements", "corrections", "profiles")
FILES = ("methodology.yaml", "targets.yaml", "defaults.yaml", "deliveries.yaml")


def policy_files(folder: Path) -> list[str]:
    """Paths of the policy's YAML files below the folder, sorted; a file nobody would read is an error."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or any(part.startswith(".") for part in Path(name).parts):
            continue
        if path.suffix.lower() in (".yml", ".json") or (path.suffix.lower() == ".yaml" and path.suffix != ".yaml"):
            raise PolicyFileError(name, f"the ending {path.suffix}", "the ending .yaml", hint="Rename the file")
        if path.suffix == ".yaml":
            _refuse_stray(name)
            found.append(name)
    return sorted(found)


def _refuse_stray(name: str) -> None:
    place, _, rest = name.partition("/")
    known = FOLDERS if rest else FILES
    if place not in known:
        near = difflib.get_close_matches(place, known, n=1)
        hint = f"Did you mean {near[0]}?" if near else ""
        raise PolicyFileError(name, "a file the policy does not know", "one of " + ", ".join(known), hint=hint)


def documents(folder: Path, files: list[str], place: str) -> Iterator[tuple[str, Document]]:
    """Documents of the files in ``place``; a document that is a list counts as many."""
    for name in files:
        if _place(name) != place:
            continue
        documents = read_documents(folder / name, name)
        if not documents:
            raise PolicyFileError(name, "an empty file", f"at least one entry of {place}")
        for document in documents:
            if isinstance(document.value, list):
                yield from ((name, document.item(position)) for position in range(len(document.value)))
            else:
                yield name, document


def _place(name: str) -> str:
    """The innermost folder known: a pack copied into ``rules`` keeps its own ``rules`` and ``sets``."""
    return next((part for part in reversed(Path(name).parts[:-1]) if part in FOLDERS), "")


def single(folder: Path, name: str) -> Document:
    """The one document of a file that must be there."""
    if not (folder / name).is_file():
        raise PolicyFileError(
            name, "no such file", "the file in the policy folder", hint="Copy it from the demo policy"
        )
    documents = read_documents(folder / name, name)
    if len(documents) != 1:
        raise PolicyFileError(name, f"{len(documents)} documents", "exactly one")
    return documents[0]


def digest(folder: Path, files: list[str]) -> str:
    """sha256 over path and bytes of every file, each with its length so that no two policies look alike."""
    found = hashlib.sha256()
    for name in files:
        for part in (name.encode(), (folder / name).read_bytes()):
            found.update(len(part).to_bytes(8, "big"))
            found.update(part)
    return found.hexdigest()
