"""The commands on books: what they write, say and refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from halflife.cli import app

DATA = Path(__file__).resolve().parents[3] / "data"
BASE, MAP, TAPE = (
    (DATA / name).read_text(encoding="utf-8") for name in ("book_base.yaml", "book_map.yaml", "book_tape.csv")
)


@pytest.fixture
def files(tmp_path):
    for name, text in (("tape.csv", TAPE), ("map.yaml", MAP), ("base.yaml", BASE)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def call(*words):
    return CliRunner().invoke(app, ["book", *map(str, words)])


def take(files, *more):
    return call("import", files / "tape.csv", "--map", files / "map.yaml", "--economy", files / "base.yaml",
                "--out", files / "system.yaml", *more)  # fmt: skip


def test_import_writes_a_system_and_says_how_much_it_is(files):
    done = take(files)
    assert done.exit_code == 0, done.output
    assert "3 rows, 2 borrowers, 3 facilities, 2 lenders; 0.040 bn USD" in done.output
    assert json.loads(take(files, "--json").output)["committed"] == 39.5e6


def test_a_bad_tape_leaves_with_2_and_writes_nothing(files):
    (files / "tape.csv").write_text(TAPE.replace("20.5", "-1"), encoding="utf-8")
    (files / "system.yaml").write_text("name: earlier\n", encoding="utf-8")
    done = take(files)
    assert done.exit_code == 2
    assert "tape.csv row 2, column 'size'" in done.output
    assert (files / "system.yaml").read_text(encoding="utf-8") == "name: earlier\n"


def test_generate_export_and_import_again(tmp_path):
    out = tmp_path / "system.yaml"
    done = call("generate", "--borrowers", 30, "--lenders", 8, "--seed", 7, "--out", out)
    assert done.exit_code == 0, done.output
    assert "30 borrowers" in done.output
    written = out.read_bytes()
    call("generate", "--borrowers", 30, "--lenders", 8, "--seed", 7, "--out", out)
    assert out.read_bytes() == written
    done = call("export", out, "--out", tmp_path / "tape.csv")
    assert done.exit_code == 0, done.output
    assert len((tmp_path / "tape.csv").read_text(encoding="utf-8").splitlines()) > 30
    assert (tmp_path / "tape.map.yaml").exists()


@pytest.mark.parametrize(("option", "said"), [("--rich", "a share between"), ("--borrowers", "1 to 20,000")])
def test_options_that_cannot_be(tmp_path, option, said):
    done = call("generate", option, "0" if option == "--borrowers" else "half", "--out", tmp_path / "x.yaml")
    assert done.exit_code == 2
    assert said in done.output
