import { PRIVILEGED, PRIVILEGED_USAGE } from "./privileged";
import { run } from "./run";

void run(PRIVILEGED, `usage: node programs/pipeline.cjs <command>\n\n${PRIVILEGED_USAGE}`);
