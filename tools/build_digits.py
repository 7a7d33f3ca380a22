"""Make ``physics/federation/data/digits.npz`` from scikit-learn's copy of the handwritten digits.

    python tools/build_digits.py [FILE]

The images are integers 0..16 and the labels 0..9, so one byte each is exact; the order is kept, because
the split into training and test samples depends on it. scikit-learn is needed here and in one test, never by
the lab.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

DIGITS_FILE = Path(__file__).resolve().parents[1] / "physics" / "federation" / "data" / "digits.npz"


def build(target: Path = DIGITS_FILE) -> None:
    """Write the 1,797 images and labels to ``target``."""
    pixels, labels = load_digits(return_X_y=True)
    np.savez_compressed(target, images=pixels.astype(np.uint8), labels=labels.astype(np.uint8))


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else DIGITS_FILE)
