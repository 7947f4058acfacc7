const { join } = require("node:path");

// The engine works on the app in the current folder.
process.chdir(join(__dirname, "../fixtures/app"));
