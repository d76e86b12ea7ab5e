"""`python -m tests.fuzz`."""

import sys

from tests.fuzz.endless import main

if __name__ == "__main__":  # not in the processes that multiprocessing spawns
    sys.exit(main())
