return "nothing of the kind"
