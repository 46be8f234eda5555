"""``python -m halflife``."""

from halflife.cli import main

if __name__ == "__main__":
    main()
