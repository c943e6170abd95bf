"""The arguments of `imagegate verify`: ids or one folder."""

from pathlib import Path

import pytest

from imagegate.cli.verify_targets import read_targets
from imagegate.errors import InputError

VERSION_ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/golden/images/web/versions/1.2.3"


def test_targets(tmp_path: Path) -> None:
    """Ids of versions, each once, or one folder that is there; not both, and nothing else."""
    other = VERSION_ID.replace("golden", "silver")

    assert [one.text for one in read_targets([VERSION_ID, other, VERSION_ID], None)[0]] == [VERSION_ID, other]
    assert read_targets([str(tmp_path)], None) == ([], tmp_path)
    with pytest.raises(InputError, match="neither a folder nor the id"):
        read_targets(["images/web"], None)
    with pytest.raises(InputError, match="or one folder"):
        read_targets([VERSION_ID, "images/web"], None)
