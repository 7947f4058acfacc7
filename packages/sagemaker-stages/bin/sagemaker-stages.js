#!/usr/bin/env node

const { isCompiled, load } = require("./engine");
const { registerTypeScript } = require("./typescript");

// The compiled engine reads the app's TypeScript only in commands that load the app.
if (!isCompiled) void registerTypeScript("require");
void load("cli/main").runCommand(process.argv.slice(2), registerTypeScript);
