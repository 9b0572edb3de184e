// Lull.run(source, handlers, options) runs a script in a worker, which is started at the first call, and returns { stop() }. One script runs at
// a time: a new one ends that before it. The handlers, all but done optional:
//
//   out(text), err(text), note(text)   what it prints, and what is said about that
//   line(number)                       the line that is wrong
//   trace(bytes)                       what timeline.js shows, again and again
//   done({ status })                   the exit status; always the last
//
// Options are virtual (time), trace, columns (of what is printed, for the lines of errors), and the name that messages have for the script. Lull.boot() starts the worker, and returns a promise that it is ready.
"use strict";
const Lull = (() => {
  const grace = 6000; // ms that cleanups have after Stop
  let module, worker, ready, current;

  const load = async () => {
    if (globalThis.lullEmbedded) return WebAssembly.compile(await globalThis.lullEmbedded());
    if (location.protocol === "file:") throw new Error("a browser lets no page from a disk load it; lull-playground.html has everything in one file");
    const response = await fetch("lull.wasm.gz");
    if (!response.ok) throw new Error("lull.wasm.gz: status " + response.status);
    const packed = !response.headers.get("content-encoding"); // some servers say so, and the browser unpacks it
    const body = packed ? response.body.pipeThrough(new DecompressionStream("gzip")) : response.body;
    return WebAssembly.compileStreaming(new Response(body, { headers: { "content-type": "application/wasm" } }));
  };
  const end = (status) => {
    const run = current;
    current = null;
    clearTimeout(run?.kill);
    clearTimeout(run?.look);
    run?.done({ status });
  };
  const drop = () => {
    worker?.terminate();
    worker = ready = null;
  };
  const boot = () => ready ||= (module ||= load()).then((m) => new Promise((resolve, reject) => {
    worker = globalThis.lullWorker ? globalThis.lullWorker() : new Worker("worker.js");
    worker.onerror = (e) => reject(new Error(e.message || "the worker cannot be loaded"));
    worker.onmessage = ({ data }) => {
      for (const [kind, value] of data) {
        if (kind === "ready") resolve();
        else if (kind === "dead") {
          drop();
          current?.err?.("lull: " + value + "\n");
          end(1);
        } else if (kind === "done") end(value);
        else {
          current?.[kind]?.(value);
          if (kind === "trace") look(current);
        }
      }
    };
    worker.postMessage({ module: m });
  })).catch((e) => {
    module = null;
    drop();
    throw e;
  });
  // The timeline is asked for as often as it can be made and drawn while other things happen.
  const look = (run) => {
    if (!run?.trace) return;
    const took = run.asked ? performance.now() - run.asked : 0;
    run.look = setTimeout(() => {
      run.asked = performance.now();
      worker?.postMessage({ picture: true });
    }, Math.min(5000, Math.max(200, 4 * took)));
  };

  return {
    boot,
    run(source, handlers, options = {}) {
      if (current) {
        drop();
        end(130);
      }
      const run = current = { ...handlers };
      boot().then(() => {
        if (current !== run) return;
        worker.postMessage({ run: source, name: options.name || "script.lua", virtual: options.virtual, trace: options.trace, columns: options.columns });
        if (options.trace) look(run);
      }, (e) => {
        if (current !== run) return;
        run.err?.("lull: it cannot start: " + e.message + "\n");
        end(1);
      });
      const kill = () => {
        drop();
        run.err?.("lull: ended, without its cleanups\n");
        end(130);
      };
      return {
        stop() { // as Ctrl-C: cleanups run; a second time it is ended at once
          if (current !== run) return;
          if (run.kill || !worker) {
            kill();
            return;
          }
          worker.postMessage({ cancel: true });
          run.kill = setTimeout(kill, grace);
        },
      };
    },
  };
})();
