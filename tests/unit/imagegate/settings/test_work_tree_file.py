"""Where the files lie that a folder names."""

from pathlib import Path

import pytest

from imagegate.settings.work_tree_file import find_file, root_of


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """The folder of an image in a git work tree, beside one that is shared; a secret lies outside."""
    folder = tmp_path / "tree" / "images" / "web"
    folder.mkdir(parents=True)
    (tmp_path / "tree" / ".git").mkdir()
    (tmp_path / "tree" / ".git" / "config").write_text("token")
    (tmp_path / "tree" / "images" / "common").mkdir()
    (tmp_path / "tree" / "images" / "common" / "base.sh").write_text("true")
    (folder / "own.sh").write_text("true")
    (tmp_path / "secret").write_text("s")
    return folder


@pytest.mark.parametrize("name", ["own.sh", "./own.sh", "../common/base.sh", "../web/own.sh"])
def test_files_of_the_work_tree(image: Path, name: str) -> None:
    """The folder's own, and what it shares with others."""
    assert find_file(image, name) == (image / name).resolve()


def test_links_inside_the_work_tree(image: Path) -> None:
    """A link is followed to the file itself."""
    (image / "link.sh").symlink_to("../common/base.sh")

    assert find_file(image, "link.sh") == image.parent / "common" / "base.sh"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("/etc/passwd", "is an absolute path"),
        ("C:\\Users\\x", "is an absolute path"),
        ("../../../secret", "leads out of"),
        ("../../.git/config", "leads into"),
        ("gone.sh", "there is no file"),
        (".", "there is no file"),
        ("a" * 5000, "there is no file"),
        ("a\0b", "is no path"),
    ],
    ids=["absolute", "of Windows", "out", "of git", "gone", "a folder", "too long", "NUL"],
)
def test_everything_else_is_refused(image: Path, name: str, why: str) -> None:
    """With a sentence, and without reading it."""
    found = find_file(image, name)

    assert isinstance(found, str)
    assert why in found


@pytest.mark.parametrize("target", ["../../../secret", "../../.git/config"])
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_links_out_of_the_work_tree(image: Path, target: str, kind: str) -> None:
    """Neither a link nor a link among the folders leads there."""
    (image / "link").symlink_to(target if kind == "file" else Path(target).parent)

    found = find_file(image, "link" if kind == "file" else f"link/{Path(target).name}")

    assert isinstance(found, str)
    assert "leads" in found


def test_without_git_it_is_the_folder(tmp_path: Path) -> None:
    """Nothing beside the folder belongs to it."""
    (tmp_path / "beside.sh").write_text("true")
    (tmp_path / "web").mkdir()

    assert root_of(tmp_path / "web") == tmp_path / "web"
    assert isinstance(find_file(tmp_path / "web", "../beside.sh"), str)


def test_a_linked_work_tree(image: Path) -> None:
    """`git worktree` and submodules have a file in place of the folder .git."""
    (image.parent / ".git").write_text("gitdir: elsewhere")

    assert root_of(image) == image.parent
