// The workloads of processes.lua with Node: processes_with_node.mjs WORKLOAD SIZE.
import { spawn } from "node:child_process";

function run(command, args, stdout) {
  return new Promise((resolve, reject) => {
    const p = spawn(command, args, { stdio: ["ignore", stdout, "inherit"] });
    const pieces = [];
    p.stdout?.on("data", (piece) => pieces.push(piece));
    p.on("error", reject);
    p.on("close", (status) => (status ? reject(new Error("it failed")) : resolve(Buffer.concat(pieces))));
  });
}

const [workload, size] = [process.argv[2], Number(process.argv[3])];
if (workload === "capture") {
  const out = await run("head", ["-c", String(size), "/dev/zero"], "pipe");
  if (out.length !== size) throw new Error("some is missing");
} else {
  let left = size;
  const worker = async () => {
    while (left-- > 0) await run("true", [], "inherit");
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}
