/**
 * Synthesizes the engine's examples, each as a stack, and the example of a team's own stack. Runs in the folder of the
 * fixture app, and writes to the folder of the variable `CDKTF_OUTDIR`.
 */
import { LocalBackend } from "cdktf";
import { examples } from "../../../examples";
import { OwnStack } from "../../../examples/own-stack";
import { createApp } from "../../support/app";

const app = createApp(examples);
const ownStack = new OwnStack(app, "own-stack");
// By default, the path of the state is absolute, so two folders would give two syntheses.
new LocalBackend(ownStack, { path: "terraform.own-stack.tfstate" });
app.synth();
