"""The leak gate: judges what is about to be pushed to students, without a line of the code that built it."""
