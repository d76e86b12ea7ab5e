"""The few inner loops where time goes, and every trick they need: slices of numbers.

A float travels as its bytes reversed, with the zeros at the end cut off. A float32 widened to
float64 is mostly five bytes long (header FB), one in eight is four (FC), one in 2,048 shorter;
a float64 is mostly eight (F8), one in 256 seven (F9). A slice of floats is therefore almost all
tokens of one width: brought to that width they form lanes of equal length, and strided copies
move a whole slice at once. Whatever does not fit goes through the plain loop, which also reports
every error.
"""

from pygob._kernels.integer_writing import put_integers
from pygob._kernels.integers import IntegerRun, Integers, integers_at
from pygob._kernels.reading import floats_at, read_floats
from pygob._kernels.writing import put_floats

__all__ = ["IntegerRun", "Integers", "floats_at", "integers_at", "put_floats", "put_integers", "read_floats"]
