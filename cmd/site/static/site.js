// What the pages do: the theme's button, the search, buttons on samples. A page is whole without it.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const make = (tag, props, ...children) => { const e = Object.assign(document.createElement(tag), props); e.append(...children); return e; };

  // Light or dark: as the system has it, until the reader says otherwise.
  const theme = $("theme"), root = document.documentElement, system = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
  const label = () => { theme.textContent = dark() ? "☀" : "☾"; theme.ariaLabel = theme.title = dark() ? "Light colours" : "Dark colours"; };
  theme.hidden = false;
  theme.onclick = () => {
    root.dataset.theme = dark() ? "light" : "dark";
    try { localStorage.setItem("lull-theme", root.dataset.theme); } catch { /* it lasts for this page */ }
    label();
  };
  system.addEventListener("change", label);
  label();

  // The list of all pages is closed where it stands above the text.
  const menu = document.querySelector(".menu"), narrow = matchMedia("(max-width: 800px)");
  if (menu) {
    const fold = () => { menu.open = !narrow.matches; };
    narrow.addEventListener("change", fold);
    fold();
    const here = menu.querySelector("[aria-current]");
    if (here && menu.scrollHeight > menu.clientHeight) menu.scrollTop = here.offsetTop - menu.clientHeight / 2;
  }

  // Where the reader is in the page.
  const entries = new Map([...document.querySelectorAll(".contents a")].map((a) => [$(decodeURIComponent(a.hash.slice(1))), a]));
  if (entries.size) {
    let current;
    const mark = () => {
      let now = null;
      for (const [heading, a] of entries) { if (heading && heading.getBoundingClientRect().top < 120) now = a; }
      if (now === current) return;
      current?.removeAttribute("aria-current");
      now?.setAttribute("aria-current", "true");
      current = now;
      const box = document.querySelector(".contents");
      if (now && box.scrollHeight > box.clientHeight) box.scrollTop = now.offsetTop - box.clientHeight / 2;
    };
    addEventListener("scroll", mark, { passive: true });
    mark();
  }

  // What is wider than the page can be scrolled, by the keyboard as well.
  const reach = () => {
    for (const e of document.querySelectorAll("pre, table, .scroll")) {
      if (e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight) e.tabIndex = 0; else e.removeAttribute("tabindex");
    }
  };
  addEventListener("resize", reach);
  reach();

  // The search. Its index is a script, which a page from a disk may load as well, and is read when it is first wanted.
  const dialog = $("search"), words = $("search-words"), list = $("search-found"), note = $("search-note"), open = $("search-open");
  const help = note.textContent;
  let index, chosen = -1, hits = [];
  const load = () => index ||= new Promise((ok, bad) => {
    const script = make("script", { src: "search-index.js", onerror: () => bad(new Error("search-index.js cannot be read")) });
    script.onload = () => ok(globalThis.lullIndex.map((e) => ({ ...e, title: e.t.toLowerCase(), text: (e.d || "").toLowerCase() })));
    document.head.append(script);
  });
  const score = (e, terms) => {
    let sum = e.p ? 0 : 2;
    for (const w of terms) {
      const at = e.title.indexOf(w);
      if (e.title === w) sum += 100;
      else if (e.title.split(/[.:]/).pop() === w) sum += 70;
      else if (at === 0) sum += 40;
      else if (at > 0 && /[^a-z0-9]/.test(e.title[at - 1])) sum += 25;
      else if (at > 0) sum += 10;
      else if (e.text.includes(w)) sum += e.text.indexOf(w) < 80 ? 4 : 2;
      else return 0;
    }
    return sum;
  };
  const marked = (text, terms) => {
    const parts = [], low = text.toLowerCase();
    for (let at = 0; at < text.length;) {
      const next = terms.map((w) => [low.indexOf(w, at), w]).filter(([i]) => i >= 0).sort((a, b) => a[0] - b[0] || b[1].length - a[1].length)[0];
      if (!next) { parts.push(text.slice(at)); break; }
      parts.push(text.slice(at, next[0]), make("mark", { textContent: text.slice(next[0], next[0] + next[1].length) }));
      at = next[0] + next[1].length;
    }
    return parts;
  };
  const excerpt = (e, terms) => {
    const at = Math.min(...terms.map((w) => e.text.indexOf(w)).filter((i) => i >= 0), Infinity);
    const from = at > 70 && at < Infinity ? e.d.lastIndexOf(" ", at - 40) + 1 : 0;
    return (from ? "… " : "") + (e.d || "").slice(from, from + 140);
  };
  const choose = (i) => {
    chosen = hits.length ? (i + hits.length) % hits.length : -1;
    [...list.children].forEach((li, n) => li.setAttribute("aria-selected", n === chosen));
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
    if (chosen >= 0) words.setAttribute("aria-activedescendant", "found-" + chosen); else words.removeAttribute("aria-activedescendant");
  };
  const go = (e) => { dialog.close(); location.href = e.u; };
  const search = async () => {
    const terms = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let all;
    try { all = await load(); } catch (e) { note.textContent = e.message; return; }
    if (terms.join(" ") !== words.value.toLowerCase().split(/\s+/).filter(Boolean).join(" ")) return; // more was typed meanwhile
    hits = terms.length ? all.map((e) => [score(e, terms), e]).filter(([n]) => n > 0).sort((a, b) => b[0] - a[0]).slice(0, 20).map(([, e]) => e) : [];
    list.replaceChildren(...hits.map((e, i) => {
      const li = make("li", { id: "found-" + i, role: "option", onclick: () => go(e), onmousemove: () => { if (chosen !== i) choose(i); } },
        make("b", {}, ...marked(e.t, terms)));
      if (e.p) li.append(make("span", { className: "in", textContent: e.p }));
      if (e.d) li.append(make("small", {}, ...marked(excerpt(e, terms), terms)));
      return li;
    }));
    list.dataset.words = words.value;
    words.setAttribute("aria-expanded", hits.length > 0);
    choose(hits.length ? 0 : -1);
    note.textContent = !terms.length ? help : hits.length ? `${hits.length === 20 ? "The best 20" : hits.length} found. ↑ ↓ choose, Enter opens, Esc closes.` : `Nothing has “${words.value.trim()}”.`;
  };
  const show = () => { if (!dialog.open) { dialog.showModal(); words.select(); load().catch(() => {}); } };
  open.hidden = false;
  open.onclick = show;
  words.oninput = search;
  words.onkeydown = (e) => {
    if (e.key === "ArrowDown" || e.key === "ArrowUp") { e.preventDefault(); choose(chosen + (e.key === "ArrowDown" ? 1 : -1)); }
    if (e.key === "Enter" && hits[chosen]) { e.preventDefault(); go(hits[chosen]); }
  };
  dialog.onclick = (e) => { if (e.target === dialog) dialog.close(); };
  addEventListener("keydown", (e) => {
    // When the dialog closes the focus is in its input for a moment longer.
    const at = document.activeElement, typing = at !== words && (/^(INPUT|TEXTAREA|SELECT)$/.test(at?.tagName) || at?.isContentEditable);
    if (dialog.open || !((e.key === "/" && !typing && !e.ctrlKey && !e.metaKey && !e.altKey) || (e.key === "k" && (e.ctrlKey || e.metaKey)))) return;
    e.preventDefault();
    show();
  });

  // Samples: each can be copied, and Lua that needs nothing but itself is run where it stands, by the playground's engine. A page from a
  // disk may start no worker.
  const runs = document.body.dataset.run && location.protocol !== "file:";
  let engine;
  const start = () => engine ||= new Promise((ok, bad) => {
    document.head.append(make("script", { src: document.body.dataset.run, onload: ok, onerror: () => bad(new Error("the playground's files are not there")) }));
  });
  for (const box of document.querySelectorAll(".sample")) {
    const pre = box.querySelector("pre"), source = pre.textContent;
    const copy = make("button", { type: "button", className: "copy", textContent: "Copy" });
    copy.onclick = async () => {
      try { await navigator.clipboard.writeText(source); copy.textContent = "Copied"; } catch { copy.textContent = "Not allowed"; }
      setTimeout(() => { copy.textContent = "Copy"; }, 1500);
    };
    if (navigator.clipboard) box.append(copy);
    if (!runs || !box.dataset.lua) continue;
    const run = make("button", { type: "button", className: "run", textContent: "Run" }), out = make("pre", { className: "out", hidden: true });
    out.setAttribute("role", "log");
    out.ariaLabel = "Output";
    let running;
    const add = (kind) => (text) => { out.append(make("span", { className: kind, textContent: text })); };
    run.onclick = async () => {
      if (running) { running.stop(); return; }
      out.hidden = false;
      out.textContent = "";
      run.textContent = "Stop";
      try {
        await start();
        running = Lull.run(source, {
          out: add(""), err: add("err"),
          done: ({ status }) => { running = null; run.textContent = "Run again"; box.dataset.status = status; if (status) add("err")(`exit status ${status}\n`); reach(); },
        }, { virtual: box.dataset.lua !== "real", name: "example" });
      } catch (e) { add("err")(e.message + "\n"); run.textContent = "Run"; }
    };
    box.append(make("div", { className: "bar" }, run, make("span", { textContent: box.dataset.lua === "real" ? "in real time" : "in virtual time" })), out);
  }
})();
