// Lull in a worker: { module } starts it, { run, name, virtual, trace, columns } runs a script, { cancel } is Ctrl-C, { picture } asks for the timeline. It posts
// lists of [kind, value]: what the program play says, "ready", and "dead" with why when it has ended.
"use strict";
if (typeof memfs === "undefined") importScripts("memfs.js", "wasm_exec.js");

const decoders = {};
let pending = [], timer = 0, flushing = 0;
const flush = () => {
  clearTimeout(timer);
  timer = 0;
  postMessage(pending);
  pending = [];
};
const send = (kind, value) => {
  if (kind === "out" || kind === "err") value = (decoders[kind] ??= new TextDecoder()).decode(value, { stream: true }); // a letter may come in two pieces
  if (kind === "done") clearInterval(flushing);
  const last = pending[pending.length - 1];
  if (last && last[0] === kind && typeof value === "string") last[1] += value;
  else pending.push([kind, value]);
  if (["done", "ready", "dead", "trace"].includes(kind)) flush();
  else timer ||= setTimeout(flush, 16);
};

const start = (module) => {
  globalThis.fs = memfs((fd, bytes) => send("err", bytes)); // of Go's runtime: a script's streams are not files
  const no = () => { throw Object.assign(new Error("ENOSYS"), { code: "ENOSYS" }); };
  globalThis.process = { getuid: () => 0, getgid: () => 0, geteuid: () => 0, getegid: () => 0, getgroups: no, pid: 1, ppid: 0, umask: () => 0o22, cwd: () => "/work", chdir: no };
  globalThis.lullReady = () => send("ready");
  const go = new Go();
  WebAssembly.instantiate(module, go.importObject).then((instance) => go.run(instance)).then(() => send("dead", "it has ended"), (e) => send("dead", String(e)));
};

onmessage = ({ data }) => {
  if (data.module) start(data.module);
  else if (data.cancel) lull.cancel();
  else if (data.picture) lull.picture();
  else {
    fs.reset();
    for (const kind in decoders) delete decoders[kind];
    flushing = setInterval(() => lull.flush(), 100);
    lull.run(data.run, { name: data.name, virtual: !!data.virtual, trace: !!data.trace, columns: data.columns | 0 }, send);
  }
};
