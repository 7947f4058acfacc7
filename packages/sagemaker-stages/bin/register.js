// Prepares a process for an app's `main.ts`: node --require sagemaker-stages/register main.ts

const { isCompiled, load } = require("./engine");
const { registerTypeScript } = require("./typescript");

if (isCompiled) {
  // Before tsx, see src/lib/typescript.ts.
  load("index");
} else {
  // The largest packages of the engine, for the same reason.
  for (const name of ["cdktf", "zod", "zod/mini"]) require(name);
}
void registerTypeScript("require");
load("app/prepare-main").prepareMain(registerTypeScript);
