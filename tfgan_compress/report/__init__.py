"""What a run has come to: `report.json`, a self-contained `report.html`, and model cards.

`content` says what a report holds. Nothing here measures anything: `evaluate`, `benchmark`,
`profile` and `search` do.
"""

from tfgan_compress.report.card import write_model_card
from tfgan_compress.report.content import export_entry, model_entry, ratios, read_log
from tfgan_compress.report.goals import targets
from tfgan_compress.report.pictures import Pictures, compare, picture_grid, verdict_captions
from tfgan_compress.report.tables import write_tables
from tfgan_compress.report.write import write_report

__all__ = [
    "Pictures",
    "compare",
    "export_entry",
    "model_entry",
    "picture_grid",
    "ratios",
    "read_log",
    "targets",
    "verdict_captions",
    "write_model_card",
    "write_report",
    "write_tables",
]
