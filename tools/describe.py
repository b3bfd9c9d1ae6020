"""Write the description of the API that the documents hold: `python -m tools.describe`."""

from __future__ import annotations

import json
from pathlib import Path

from webui.api.rooms import document

PLACE = Path(__file__).parents[1] / "docs" / "openapi.json"

if __name__ == "__main__":
    PLACE.write_text(json.dumps(document(), indent=1, ensure_ascii=False) + "\n")
