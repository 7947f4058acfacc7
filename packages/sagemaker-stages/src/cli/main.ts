import { version } from "../../package.json";
import { type Command, defineGroup } from "../lib/command";
import { toLoadFailure } from "../lib/load-failure";
import { runProgram } from "../lib/run-program";
import { type RegisterTypeScript, setTypeScript } from "../lib/typescript";
import type * as baseline from "./baseline";
import type * as deployer from "./deployer";
import type * as doctor from "./doctor";
import type * as drift from "./drift";
import type * as init from "./init";
import type * as load from "./load";
import type * as newModel from "./new-model";
import type * as pipeline from "./pipeline";
import type * as programs from "./programs";
import type * as providersLock from "./providers-lock";
import type * as release from "./release";
import type * as review from "./review";
import type * as smoke from "./smoke";
import type * as start from "./start";

/**
 * Every command. The module of a command declares the form of its command line, and loads the code of the command when the
 * command runs, because most commands load CDKTF or other large packages. Modules are loaded with `require`: in the
 * repository, `import()` of TypeScript needs hooks whose registration takes longer than most commands.
 */
const COMMANDS: readonly Command[] = [
  lazy("init", () => (require("./init") as typeof init).init),
  lazy("new-model", () => (require("./new-model") as typeof newModel).newModel),
  lazy("release", () => (require("./release") as typeof release).release),
  lazy("promote", () => (require("./release") as typeof release).promote),
  lazy("doctor", () => (require("./doctor") as typeof doctor).doctor),
  lazy("start", () => (require("./start") as typeof start).start),
  lazy("review", () => (require("./review") as typeof review).review),
  lazy("smoke", () => (require("./smoke") as typeof smoke).smoke),
  lazy("baseline", () => (require("./baseline") as typeof baseline).baseline),
  lazy("drift", () => (require("./drift") as typeof drift).drift),
  lazy("load", () => (require("./load") as typeof load).load),
  lazy("deployer", () => (require("./deployer") as typeof deployer).deployer),
  lazy("pipeline", () => (require("./pipeline") as typeof pipeline).pipeline),
  lazy("programs", () => (require("./programs") as typeof programs).programs),
  lazy("providers-lock", () => (require("./providers-lock") as typeof providersLock).providersLock),
];

/** A command whose module is loaded when the command runs, or when the usage of all commands is printed. */
function lazy(name: string, load: () => Command): Command {
  return {
    name,
    get summary() {
      return load().summary;
    },
    run: (words, program) => load().run(words, program),
  };
}

const program = defineGroup(
  {
    name: "sagemaker-stages",
    summary: "Deploy trained SageMaker models: from a model to a URL per environment",
    notes: "For the version of the engine: npx sagemaker-stages --version",
  },
  COMMANDS,
);

/**
 * Runs a command, and sets the exit status of the process.
 *
 * @param words - the command line after `sagemaker-stages`
 * @param register - makes the process read the app's TypeScript
 */
export function runCommand(words: readonly string[], register: RegisterTypeScript): Promise<void> {
  setTypeScript(register);
  return runProgram(() => {
    if (words[0] === "--version") {
      process.stdout.write(`${version}\n`);
      return 0;
    }
    // Without the name of a command, the usage is printed.
    return program.run(words.length === 0 ? ["--help"] : words, "npx sagemaker-stages");
  }, toLoadFailure);
}
