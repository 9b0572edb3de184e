return "own"
