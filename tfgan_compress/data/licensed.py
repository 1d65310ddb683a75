"""The sets that cannot be downloaded freely, by the names that commands and recipes use."""

from tfgan_compress.data.caspeal import scan_caspeal
from tfgan_compress.data.multipie import scan_multipie

SCANNERS = {"multipie": scan_multipie, "caspeal": scan_caspeal}
"""`{name: function}`: the folder, and `train_people` among others, to an `Inventory`."""
