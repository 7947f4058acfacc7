import { PRIVILEGED, PRIVILEGED_USAGE } from "./privileged";
import { run } from "./run";

const USAGE = `usage: node programs/pipeline.cjs <command>\n\n${PRIVILEGED_USAGE}`;

void run(PRIVILEGED, USAGE, process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
