/** @type {import("../src/lib/typescript").RegisterTypeScript} */
exports.registerTypeScript = async (form) => {
  // Each module of tsx registers its hooks when the module is loaded for the first time.
  require("tsx/cjs");
  // tsx/esm/api, which registers only the other hooks, cannot be loaded with require: version 4.23.15 fails to find a file.
  if (form === "import()") await import("tsx");
};
