// The yardstick of http.lua in Node: node httpget.mjs http|fetch URL N AT-ONCE.
import http from "node:http";
const [how, url, n, atOnce] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: +atOnce });
const ask = how === "fetch"
  ? async () => (await (await fetch(url)).arrayBuffer()).byteLength
  : () => new Promise((done, fail) => {
      http.get(url, { agent }, (res) => {
        const parts = [];
        res.on("data", (b) => parts.push(b));
        res.on("end", () => done(Buffer.concat(parts).length));
        res.on("error", fail);
      }).on("error", fail);
    });
let left = +n;
const began = process.hrtime.bigint();
await Promise.all(Array.from({ length: +atOnce }, async () => {
  while (left-- > 0) if ((await ask()) !== 1024) throw new Error("not a KiB");
}));
const took = Number(process.hrtime.bigint() - began) / 1e3;
const { user, system } = process.cpuUsage();
console.log(`${((user + system) / n).toFixed(2)} us cpu ${(took / n).toFixed(2)} us`);
process.exit();
