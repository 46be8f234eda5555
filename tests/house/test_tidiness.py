"""Rules every kept file obeys."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE = 400
SOURCE_SUFFIXES = {".py", ".ts", ".tsx"}
MACHINE_PATH = re.compile(r"(?<![\w.~{}$)/-])/(?:home|Users|root|tmp|work|mnt|farm)/\w|\b[A-Z]:\\\\?Users\b")
DATA_BESIDE_CHECKOUT = re.compile(r"\.\./sh[a]red")
PANDAS_ALIAS = re.compile(r"^\s*import\s+pandas\s+as\s+pd\b", re.MULTILINE)


@pytest.fixture(scope="module")
def kept_files() -> dict[str, str]:
    """Text of every file that is, or is about to be, tracked by git."""
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listing.returncode:
        pytest.skip("not a git checkout: which files are kept is not known")
    names = sorted(name for name in listing.stdout.decode().split("\0") if (ROOT / name).is_file())
    texts = {}
    for name in names:
        content = (ROOT / name).read_bytes()
        if b"\0" not in content[:8192]:
            texts[name] = content.decode("utf-8")
    return texts


def lines_that_match(pattern: re.Pattern[str], files: dict[str, str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in files.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_source_file_is_longer_than_a_reader_can_hold(kept_files):
    lengths = {
        name: len(text.splitlines()) for name, text in kept_files.items() if Path(name).suffix in SOURCE_SUFFIXES
    }
    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE} == {}


def test_no_file_names_a_place_on_somebodys_machine(kept_files):
    assert lines_that_match(MACHINE_PATH, kept_files) == []


def test_only_ci_knows_where_the_data_lies(kept_files):
    others = {name: text for name, text in kept_files.items() if name != ".ci/run"}
    assert lines_that_match(DATA_BESIDE_CHECKOUT, others) == []


def test_pd_is_the_probability_of_default_and_nothing_else(kept_files):
    code = {name: text for name, text in kept_files.items() if name.endswith((".py", ".md", ".ipynb"))}
    assert lines_that_match(PANDAS_ALIAS, code) == []


@pytest.mark.parametrize(
    ("line", "is_caught"),
    [
        ("open('/ho" + "me/ann/deal.yaml')", True),
        ("C:" + "\\Users\\ann", True),
        ("https://example.org/work/paper.pdf", False),
        ("see docs/work/plan.md", False),
    ],
)
def test_the_machine_path_rule_tells_paths_from_addresses(line, is_caught):
    assert bool(MACHINE_PATH.search(line)) == is_caught
