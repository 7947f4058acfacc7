import { smokeCommand } from "../smoke/command";

/** The command that smoke-tests an environment of the app in the current folder. */
export const smoke = smokeCommand(async () => (await import("../app/load-app")).loadApp());
