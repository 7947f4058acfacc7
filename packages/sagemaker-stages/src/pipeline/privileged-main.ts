import { defineGroup } from "../lib/command";
import { runProgram } from "../lib/run-program";
import { PRIVILEGED } from "./privileged";

const program = defineGroup(
  { name: "pipeline", summary: "Run a step of the workflows' jobs that have credentials" },
  PRIVILEGED,
);

void runProgram(() => program.run(process.argv.slice(2), "node programs/pipeline.cjs"));
