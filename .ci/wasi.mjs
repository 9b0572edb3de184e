// node .ci/wasi.mjs PROGRAM [ARGUMENT...]: runs a program of WASI with the files of this machine, for go test -exec.
import { readFile } from "node:fs/promises";
import process from "node:process";
import { WASI } from "node:wasi";

const wasi = new WASI({ version: "preview1", args: process.argv.slice(2), env: { ...process.env, PWD: process.cwd() }, preopens: { "/": "/" }, returnOnExit: true });
const { instance } = await WebAssembly.instantiate(await readFile(process.argv[2]), wasi.getImportObject());
process.exitCode = wasi.start(instance);
