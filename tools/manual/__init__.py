"""The pages that are made from the programs themselves: commands, man pages, completion, screens, names.

`make docs` writes them, and the tests compare what is committed with what would be written. No part of what
is installed.
"""
