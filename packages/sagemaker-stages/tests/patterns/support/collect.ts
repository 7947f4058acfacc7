import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type FoundPattern, patternsIn } from "../../../src/testing/contracts/patterns";

/** The engine's folder. */
const ENGINE = join(__dirname, "../../..");

/** All regular expressions in the TypeScript files below a folder of the engine. */
export function patternsBelow(folder: string): FoundPattern[] {
  return readdirSync(join(ENGINE, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => {
      const path = join(ENGINE, folder, file);
      return patternsIn({ file: relative(ENGINE, path), code: readFileSync(path, "utf8") });
    });
}
