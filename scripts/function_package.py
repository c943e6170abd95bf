#!/usr/bin/env python3
"""Write the Function's package, built, to a file: what a release brings and `setup --function-package` takes.

function_package.py FILE
"""

import sys
from pathlib import Path

from imagegate.steps.build_function_package import FunctionCode, build_function_package, read_function_code


def main() -> None:
    """Build it, and say its digest, which is that of the set-up's JSON form."""
    file = Path(sys.argv[1])
    package = build_function_package(read_function_code(FunctionCode()))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(package.content)
    print(f"{package.sha256}  {file}")


if __name__ == "__main__":
    main()
