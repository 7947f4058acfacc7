#!/usr/bin/env node

const { join } = require("node:path");
const { exports: entries } = require("../package.json");

// `npm pack` compiles the sources and changes the exports to the compiled files. The folder `dist` does not prove that
// the sources are compiled, because an interrupted `npm pack` leaves the folder behind.
const isCompiled = typeof entries["."] !== "string";
const main = isCompiled ? "dist/cli/main.js" : "src/cli/main.ts";

// The app's files are TypeScript, even if the engine is compiled.
import("tsx").then(() => require(join(__dirname, "..", main)));
