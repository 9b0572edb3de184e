// The yardstick of serve.lua in Node: a server that answers /1k with a KiB. It prints its URL, and ends with its standard input.
import http from "node:http";
const body = "x".repeat(1024);
const server = http.createServer((req, res) => {
  res.setHeader("Content-Type", "text/plain");
  res.end(req.url === "/1k" ? body : "");
});
server.keepAliveTimeout = 120_000;
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
process.stdin.on("end", () => process.exit()).resume();
