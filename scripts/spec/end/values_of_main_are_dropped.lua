-- What main returns has no effect on the status.
return 1, "x", nil
