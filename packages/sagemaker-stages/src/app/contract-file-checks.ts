import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type ContractOfParts, loadContract } from "../constructs/function/handler-source";
import { type Fault, FaultCollector, raw } from "../environment/fault-collector";
import { appFolder } from "../lib/app-folder";
import type { Model } from "../models";
import { isRecord } from "../runtime/json";

/** The properties that determine the parts and the kind of a handler: those of `ContractOfParts`. */
const COMPARED: Readonly<Record<keyof ContractOfParts, true>> = {
  route: true,
  text: true,
  bytes: true,
  answerTypes: true,
  callerHeaders: true,
  passThrough: true,
  stream: true,
  problemMembers: true,
  containerProblem: true,
};

/**
 * Finds the entries of a catalog that differ from the contracts in the models' files: the function contains the file's contract,
 * but the route, the permissions and the parts of the handler follow the entry. A file that this process cannot load is not
 * compared.
 *
 * @param functions - the folder that holds the models' folders; default: the project's
 */
export function checkContractFiles(
  catalog: Readonly<Record<string, Model>>,
  functions = join(appFolder(), "functions"),
): Fault[] {
  const faults: Fault[] = [];
  for (const [name, entry] of Object.entries(catalog)) {
    if (entry.readyMade !== undefined || entry.python !== undefined) continue;
    const collector = new FaultCollector(`functions/${name}/contract.ts`, faults);
    checkContractFile(entry, join(functions, name, "contract"), collector);
  }
  return faults;
}

function checkContractFile(entry: Model, file: string, collector: FaultCollector): void {
  const contract = loadContract(file);
  if (contract === undefined) return;
  const ofEntry: Readonly<Record<string, unknown>> = { ...entry };
  for (const property of Object.keys(COMPARED)) {
    const [inFile, inCatalog] = [contract, ofEntry].map((one) => shapeOf(property, one[property]));
    collector.require(
      isDeepStrictEqual(inFile, inCatalog),
      property,
      raw(`${describe(inFile)} in the file, but ${describe(inCatalog)} in the catalog`),
      "the same contract in the file and in the catalog",
      "the function contains the contract of the file, and the route and the permissions follow the catalog",
    );
  }
}

/**
 * A value without the identity of its functions: a file that is loaded twice has two copies of each function. The handler of a
 * route depends on the method, and not on the path.
 */
function shapeOf(property: string, value: unknown): unknown {
  const compared = property === "route" && isRecord(value) ? { method: value.method } : value;
  const json = JSON.stringify(compared, (_, inner) => (typeof inner === "function" ? "a function" : inner));
  return json === undefined ? undefined : JSON.parse(json);
}

function describe(shape: unknown): string {
  return shape === undefined ? "nothing" : JSON.stringify(shape);
}
