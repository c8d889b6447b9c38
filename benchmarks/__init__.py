"""What this costs, beside others."""

import sys
from pathlib import Path

# The Python client, which is a package of its own.
sys.path.append(str(Path(__file__).resolve().parents[1] / "clients/python"))
