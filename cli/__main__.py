"""`python -m cli` is the `roundtable` command."""

from cli.program import main

if __name__ == "__main__":
    main()
