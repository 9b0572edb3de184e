-- Arguments after the function reach it, nils and all.
spawn(function(...) print(select("#", ...), ...) end, 1, nil, "x", nil)
