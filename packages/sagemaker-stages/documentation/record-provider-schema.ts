import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { readEmittedStacks } from "../tests/documentation/support/emitted-stacks";
import { schemaOfBindings } from "./provider-bindings";
import { type ProviderSchema, schemaOfTerraform } from "./provider-schema";
import { writeSchema } from "./provider-versions";
import { typesIn } from "./stack-arguments";

const USAGE = `usage: npm run record:provider-schema -- <folder>

Records the schema of a version of the AWS provider, with the types that the stacks use.
The folder is a stack's folder after terraform init, or a package with CDKTF's bindings,
e.g. node_modules/@cdktf/provider-aws.`;

function main([folder, ...others]: readonly string[]): number {
  if (folder === undefined || others.length > 0) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const types = typesIn(readEmittedStacks());
  const isPackage = existsSync(join(folder, "package.json"));
  const schema = isPackage ? schemaOfBindings(resolve(folder), types) : schemaInStack(folder, types);
  process.stdout.write(`Wrote ${writeSchema(schema)}\n`);
  return 0;
}

function schemaInStack(folder: string, types: readonly string[]): ProviderSchema {
  const json = (args: readonly string[]): unknown => {
    const { error, status, stdout, stderr } = spawnSync("terraform", args, {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 2 ** 30,
    });
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`terraform ${args.join(" ")} failed in ${folder}:\n${stderr}`);
    return JSON.parse(stdout);
  };
  return schemaOfTerraform(json(["providers", "schema", "-json"]), json(["version", "-json"]), types);
}

process.exitCode = main(process.argv.slice(2));
