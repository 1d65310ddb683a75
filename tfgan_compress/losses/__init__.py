"""Loss functions, one idea a file; `step` says what they see."""
