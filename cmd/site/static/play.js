// The playground: an editor, what the script prints, and the timeline of its tasks while it runs. A script of somebody else's, in the address,
// is shown and never run unasked. Nothing is sent anywhere.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const scripts = JSON.parse($("scripts").textContent);
  const out = $("out"), line = timeline($("timeline"), { compact: true });
  const edit = editor($("editor"), () => start());
  let running = null;

  const say = (text) => $("state").textContent = text;
  // What is printed goes into blocks of lines, of which the browser lays out those that are seen; once a frame it is looked whether to scroll.
  let block = null, size = 0, asked = 0;
  const print = (kind) => (text) => {
    for (const piece of text.match(/(?:.*\n){1,100}|.+/g) ?? []) {
      if (!block?.isConnected || size > 4000) {
        block = document.createElement("div");
        out.append(block);
        size = 0;
      }
      if (block.lastChild?.className === kind) block.lastChild.append(piece);
      else block.append(Object.assign(document.createElement("span"), { className: kind, textContent: piece }));
      size = piece.endsWith("\n") ? size + piece.length : 0; // a block ends where a line does
    }
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      if (follow) out.scrollTop = out.scrollHeight;
    });
  };
  let follow = true; // the end is in sight
  out.onscroll = () => follow = out.scrollTop + out.clientHeight > out.scrollHeight - 40;
  const busy = (on) => {
    $("run").disabled = on;
    $("stop").disabled = !on;
    document.body.classList.toggle("running", on);
  };
  const columns = () => Math.max(20, Math.floor((out.clientWidth - 32) / textWidth(out, "0"))); // beside the edges, in play.css
  const start = () => {
    if (running) return;
    const began = performance.now();
    out.replaceChildren();
    follow = true;
    line.clear();
    edit.mark(0);
    busy(true);
    say("runs");
    delete document.body.dataset.status;
    running = Lull.run(edit.value, {
      out: print(""), err: print("err"), note: print("note"), line: (n) => edit.mark(n), trace: (bytes) => line.show(bytes),
      done: ({ status }) => {
        running = null;
        busy(false);
        const took = performance.now() - began;
        say((status === 0 ? "ended well" : "status " + status) + ", after " + (took < 1000 ? Math.round(took) + " ms" : (took / 1000).toFixed(1) + " s"));
        if (!out.firstChild) print("note")("It has printed nothing.\n");
        document.body.dataset.status = status;
      },
    }, { virtual: $("virtual").checked, trace: true, columns: columns() });
  };
  $("run").onclick = start;
  $("stop").onclick = () => {
    say("stops");
    running?.stop();
  };

  // The menu.
  const pick = $("pick");
  for (const group of new Set(scripts.map((s) => s.group))) {
    const g = Object.assign(document.createElement("optgroup"), { label: group });
    scripts.forEach((s, i) => { if (s.group === group) g.append(new Option(s.title, i)); });
    pick.append(g);
  }
  const choose = (i) => {
    const s = scripts[i];
    pick.value = i;
    edit.value = s.source;
    $("virtual").checked = s.virtual;
  };
  let clean = ""; // what is in the editor and can be had again
  pick.onchange = () => {
    if (edit.value !== clean && !confirm("Leave the script that is in the editor? Undo does not bring it back.")) {
      pick.value = "";
      return;
    }
    choose(pick.value);
    clean = edit.value;
    history.replaceState(null, "", "#" + scripts[pick.value].name);
  };

  // The script in the address: #s=, deflated, in base64 for URLs; v: virtual time.
  const most = 200000; // characters of a script that an address may hold, and of the address
  const through = (bytes, stream) => new Blob([bytes]).stream().pipeThrough(stream);
  const pack = async (text) => {
    const bytes = new Uint8Array(await new Response(through(new TextEncoder().encode(text), new CompressionStream("deflate-raw"))).arrayBuffer());
    let s = "";
    for (const b of bytes) s += String.fromCharCode(b);
    return btoa(s).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  };
  const unpack = async (code) => {
    const bytes = Uint8Array.from(atob(code.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const reader = through(bytes, new DecompressionStream("deflate-raw")).pipeThrough(new TextDecoderStream("utf-8", { fatal: true })).getReader();
    for (let text = ""; ;) { // a few bytes can say a great deal
      const { done, value } = await reader.read();
      if (done) return text;
      text += value;
      if (text.length > most) {
        reader.cancel().catch(() => {});
        throw new Error("it is longer than " + most + " characters");
      }
    }
  };
  $("share").onclick = async () => {
    const code = await pack(edit.value);
    if (edit.value.length > most || code.length > most) {
      say("too long for an address: share it as a file");
      return;
    }
    history.replaceState(null, "", "#s=" + code + ($("virtual").checked ? "&v" : ""));
    clean = edit.value;
    try {
      await navigator.clipboard.writeText(location.href);
      say("the address is copied, and holds the script");
    } catch {
      say("the address of this page holds the script");
    }
  };
  const open = async () => {
    const fragment = location.hash.slice(1);
    let name = fragment;
    try { name = decodeURIComponent(fragment); } catch { /* no name, then */ }
    const found = scripts.findIndex((s) => s.name === name);
    if (fragment.startsWith("s=")) {
      const [code, ...flags] = fragment.slice(2).split("&");
      try {
        if (code.length > most) throw new Error("it is longer than " + most + " characters");
        edit.value = await unpack(code);
        $("virtual").checked = flags.includes("v");
        pick.value = "";
        clean = edit.value;
        out.replaceChildren();
        print("note")("This script came with the address. Read it, then press Run.\n");
        return;
      } catch (e) {
        choose(0);
        out.replaceChildren();
        print("err")("The address holds no script that can be read: " + (/longer/.test(e.message) ? e.message : "it is cut short, or changed") + ".\n");
      }
    } else {
      choose(Math.max(0, found));
      out.replaceChildren();
      if (fragment && found < 0) print("err")("There is no script of the name " + name.slice(0, 100) + " here.\n");
    }
    clean = edit.value;
  };
  addEventListener("hashchange", () => { if (!running) open(); });

  // Where the panes end.
  const grip = $("grip"), split = $("split");
  const divide = (share) => {
    const s = Math.min(85, Math.max(15, share));
    split.style.setProperty("--share", s + "%");
    grip.setAttribute("aria-valuenow", Math.round(s));
  };
  grip.onpointerdown = (e) => { grip.setPointerCapture(e.pointerId); e.preventDefault(); };
  grip.onpointermove = (e) => {
    if (!grip.hasPointerCapture(e.pointerId)) return;
    const r = split.getBoundingClientRect();
    divide(100 * (e.clientX - r.left) / r.width);
  };
  grip.onkeydown = (e) => {
    const by = { ArrowLeft: -3, ArrowRight: 3 }[e.key];
    if (by) divide(+grip.getAttribute("aria-valuenow") + by);
  };

  say("loads");
  open().then(() => Lull.boot()).then(() => {
    if (!running && document.body.dataset.status === undefined) say("ready: Ctrl+Enter runs it");
    document.body.dataset.ready = Math.round(performance.now());
  }, (e) => {
    say("cannot start");
    print("err")("Lull cannot start here: " + e.message + "\n");
  });
})();
