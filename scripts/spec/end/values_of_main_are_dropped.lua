-- The values that main returns have no effect on the status.
return 1, "x", nil
