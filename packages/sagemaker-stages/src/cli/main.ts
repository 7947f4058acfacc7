import { version } from "../../package.json";
import { type Command, defineGroup } from "../lib/command";
import { toLoadFailure } from "../lib/load-failure";
import { runProgram } from "../lib/run-program";
import { deployer } from "./deployer";
import { doctor } from "./doctor";
import { init } from "./init";
import { newModel } from "./new-model";
import { pipeline } from "./pipeline";
import { programs } from "./programs";
import { providersLock } from "./providers-lock";
import { review } from "./review";
import { smoke } from "./smoke";
import { start } from "./start";

/**
 * Every command. The module of a command declares the form of its command line, and imports the code of the command
 * when the command runs, because most commands load CDKTF or other large packages.
 */
const COMMANDS: readonly Command[] = [
  init,
  newModel,
  doctor,
  start,
  review,
  smoke,
  deployer,
  pipeline,
  programs,
  providersLock,
];

const program = defineGroup(
  {
    name: "sagemaker-stages",
    summary: "Deploy trained SageMaker models: from a model to a URL per environment",
    notes: "For the version of the engine: npx sagemaker-stages --version",
  },
  COMMANDS,
);

const words = process.argv.slice(2);
void runProgram(run, toLoadFailure);

function run(): number | Promise<number> {
  if (words[0] === "--version") {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  // Without the name of a command, the usage is printed.
  return program.run(words.length === 0 ? ["--help"] : words, "npx sagemaker-stages");
}
