"""Data sets, one record type for all (`records`), and the batches made of them (`batches`)."""
