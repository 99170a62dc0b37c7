"""`python -m bot` is the `roundtable` command."""

from bot.cli.program import main

if __name__ == "__main__":
    main()
