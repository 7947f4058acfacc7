import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DOCUMENT, withReference } from "./settings-reference";

const file = join(__dirname, "../../..", DOCUMENT);
writeFileSync(file, withReference(readFileSync(file, "utf8")));
