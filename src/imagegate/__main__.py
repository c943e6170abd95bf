"""`python -m imagegate` is the `imagegate` program."""

from imagegate.cli import main

if __name__ == "__main__":
    main()
