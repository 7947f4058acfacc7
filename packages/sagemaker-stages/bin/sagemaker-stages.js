#!/usr/bin/env node

// The app's files are TypeScript, and in the repository the engine's own files are, too.
import("tsx").then(() => require("../src/cli/main"));
