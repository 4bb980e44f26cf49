"""`python -m orgkit` is the same as `orgkit`."""

from orgkit.cli import main

if __name__ == "__main__":
    main()
