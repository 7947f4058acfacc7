import { environments } from "./environments";
import { InvalidEnvironments } from "./environments/checks";
import { createApp } from "./stacks/app";

try {
  createApp(environments).synth();
} catch (error) {
  if (!(error instanceof InvalidEnvironments)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
