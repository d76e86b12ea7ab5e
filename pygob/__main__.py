"""The command `pygob`, also as `python -m pygob`."""

import sys

from pygob.command.main import main

if __name__ == "__main__":
    sys.exit(main())
