import { environments } from "./environments";
import { accounts } from "./environments/accounts";
import { InvalidEnvironments } from "./environments/checks";
import { createApp } from "./stacks/app";

try {
  createApp(environments, { accounts }).synth();
} catch (error) {
  if (!(error instanceof InvalidEnvironments)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
