// luaHTML(text) is Lua with colours, as HTML; editor(box, onRun) makes a text area of the element box with the same behind it, and returns
// { value, mark(line), focus() }.
"use strict";
const luaHTML = (() => {
  const words = "and|break|do|else|elseif|end|false|for|function|goto|if|in|local|nil|not|or|repeat|return|then|true|until|while";
  const builtins = "spawn|async|await|sleep|now|gather|race|wait_for|shield|group|finally|stop|read|write|append|lines|task|sync|print|pcall|error|assert|json|csv|fs|http|time|re|step|parallel|log|args|term|progress|cron|random|hash";
  const token = new RegExp(String.raw`(--\[(=*)\[[\s\S]*?(?:\]\2\]|$)|--[^\n]*)|(\[(=*)\[[\s\S]*?(?:\]\4\]|$)|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?)|\b(${words})\b|\b(0x[\da-fA-F]+|\d+\.?\d*(?:[eE][-+]?\d+)?)|(?<![.:\w])(${builtins})\b`, "g");
  const escape = (s) => s.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return (text) => {
    let out = "", at = 0;
    for (const m of text.matchAll(token)) {
      const kind = m[1] ? "c" : m[3] ? "s" : m[5] ? "k" : m[6] ? "n" : "b";
      out += escape(text.slice(at, m.index)) + `<span class="${kind}">${escape(m[0])}</span>`;
      at = m.index + m[0].length;
    }
    return out + escape(text.slice(at));
  };
})();

// textWidth is how wide a text is in the font of an element.
const textWidth = (() => {
  const paper = document.createElement("canvas").getContext("2d");
  return (element, text) => {
    paper.font = getComputedStyle(element).font;
    return paper.measureText(text).width;
  };
})();

function editor(box, onRun) {
  box.innerHTML = '<pre class="gutter" aria-hidden="true"></pre><div class="lines"><div class="wrong" hidden></div><pre class="paint" aria-hidden="true"></pre>' +
    '<textarea spellcheck="false" autocapitalize="off" autocomplete="off" wrap="off" aria-label="Lua script" aria-description="Control and Enter run it. Escape, then Tab, leaves the editor."></textarea></div>';
  const [gutter, paint, text, wrong] = [".gutter", ".paint", "textarea", ".wrong"].map((s) => box.querySelector(s));
  let bad = 0, leaving = false, lines = 0, marked = 0;
  const draw = () => {
    paint.innerHTML = luaHTML(text.value) + "\n";
    const n = text.value.split("\n").length;
    if (n !== lines || bad !== marked) {
      gutter.innerHTML = Array.from({ length: n }, (_, i) => i + 1 === bad ? `<b>${i + 1}</b>` : i + 1).join("\n");
      [lines, marked] = [n, bad];
    }
    wrong.hidden = !bad;
    wrong.style.top = `calc(${bad - 1} * var(--row) + var(--edge))`;
  };
  const change = () => {
    bad = 0;
    draw();
  };
  const home = () => { // what stands before the cursor is seen from the beginning of the line, where there is room for that
    const before = text.value.slice(text.value.lastIndexOf("\n", text.selectionStart - 1) + 1, text.selectionStart);
    if (textWidth(text, before.replaceAll("\t", "    ")) < box.clientWidth - gutter.offsetWidth - 40) box.scrollLeft = 0;
  };
  const insert = (s) => document.execCommand("insertText", false, s); // what can be undone
  text.addEventListener("input", change);
  for (const moved of ["input", "keyup", "click"]) text.addEventListener(moved, home);
  text.addEventListener("blur", () => leaving = false);
  text.addEventListener("keydown", (e) => {
    if (e.isComposing) return;
    const from = text.value.lastIndexOf("\n", text.selectionStart - 1) + 1;
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
      e.preventDefault();
      onRun();
    } else if (e.key === "Enter" && !e.altKey) {
      e.preventDefault();
      const line = text.value.slice(from, text.selectionStart), deeper = /\b(then|do|else|repeat|function\s*[\w.:]*\s*\([^)]*\))\s*(--.*)?$|[{(]\s*$/.test(line);
      insert("\n" + line.match(/^[ \t]*/)[0] + (deeper ? "  " : ""));
    } else if (e.key === "Tab" && !leaving && !e.ctrlKey && !e.metaKey && !e.altKey) {
      e.preventDefault();
      if (text.selectionStart !== text.selectionEnd || e.shiftKey) { // whole lines
        const to = text.selectionEnd, last = text.value.indexOf("\n", Math.max(from, to - (to > from && text.value[to - 1] === "\n" ? 1 : 0)));
        text.setSelectionRange(from, last < 0 ? text.value.length : last);
        const old = text.value.slice(text.selectionStart, text.selectionEnd);
        const now = e.shiftKey ? old.replace(/^( {1,2}|\t)/gm, "") : old.replace(/^(?=.)/gm, "  ");
        if (now !== old) {
          insert(now);
          text.setSelectionRange(from, from + now.length);
        }
      } else insert("  ");
    }
    leaving = e.key === "Escape" || leaving && ["Tab", "Shift"].includes(e.key);
  });
  draw();
  return {
    get value() { return text.value; },
    set value(v) {
      text.value = v;
      change();
      box.scrollTop = box.scrollLeft = 0;
    },
    mark(line) {
      bad = line;
      draw();
      if (line) {
        const top = wrong.offsetTop, room = box.clientHeight;
        if (top < box.scrollTop || top > box.scrollTop + room - 40) box.scrollTop = Math.max(0, top - room / 2);
      }
    },
    focus() { text.focus(); },
  };
}
