-- Cells, not characters: wide ones take two, marks, joiners and styles none.
for _, s in ipairs { "", "abc", "日本語", "e\204\129", "한국", "👍", "\27[1;31mred\27[0m", "a\nlonger\nb", "ｆｕｌｌ", "\255" } do print(term.width(s)) end
