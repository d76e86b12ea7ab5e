"""What real chromem does with a store, in the words of a prediction."""

from __future__ import annotations

from pathlib import Path

from chromemctl.judgement.prediction import Prediction
from gohelper import Go, GoError
from pygob.chromem import Format


def opened(go: Go, store: Path, form: Format) -> Prediction:
    """What real chromem does, in the shape of a prediction."""
    try:
        collections = go.chromem_open(store, compress=form is Format.GZ)
    except GoError as refused:
        return Prediction(opens=False, error=str(refused))
    return Prediction(opens=True, collections=collections)
