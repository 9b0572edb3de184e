// The reader's choice of light or dark, which is known before anything is drawn.
"use strict";
try {
  const theme = localStorage.getItem("lull-theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch { /* a page from a disk may have no storage */ }
