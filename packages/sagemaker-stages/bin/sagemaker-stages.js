#!/usr/bin/env node

const { join } = require("node:path");
const { exports: entries } = require("../package.json");

// `npm pack` compiles the sources and lets the exports refer to the result. A folder `dist` alone proves nothing: an
// interrupted `npm pack` leaves one behind.
const isCompiled = typeof entries["."] !== "string";
const main = isCompiled ? "dist/cli/main.js" : "src/cli/main.ts";

// The app's own files are TypeScript in both cases.
import("tsx").then(() => require(join(__dirname, "..", main)));
