import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readEmittedStacks } from "../tests/documentation/support/emitted-stacks";
import { dashboardOf, drawDashboard, DOCUMENT as PICTURE } from "./dashboard-picture";
import { DOCUMENT as PROVIDER_VERSIONS, readSchemas, withTables } from "./provider-versions";
import { DOCUMENT as SETTINGS, withReference } from "./settings-reference";
import { usesOf } from "./stack-arguments";
import { DOCUMENT as TIME_BUDGET, withTimeBudget } from "./time-budget";

const repository = join(__dirname, "../../..");

function rewrite(document: string, write: (text: string) => string): void {
  const file = join(repository, document);
  writeFileSync(file, write(readFileSync(file, "utf8")));
}

function main(): void {
  rewrite(SETTINGS, withReference);
  rewrite(TIME_BUDGET, withTimeBudget);
  const schemas = readSchemas();
  const stacks = readEmittedStacks();
  const uses = usesOf(stacks, schemas);
  rewrite(PROVIDER_VERSIONS, (text) => withTables(text, uses, schemas));
  writeFileSync(join(repository, PICTURE), drawDashboard(dashboardOf(stacks)));
}

main();
