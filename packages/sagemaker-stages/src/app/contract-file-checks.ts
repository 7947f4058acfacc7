import { isDeepStrictEqual } from "node:util";
import { loadContract } from "../constructs/function/handler-source";
import { type FaultCollector, raw } from "../environment/fault-collector";
import type { Model } from "../models";
import type { Contract } from "../runtime/contract";

/**
 * The properties of a contract that the engine reads from the catalog. The schema is an object of zod without data to
 * compare.
 */
const COMPARED: Readonly<Record<keyof Omit<Contract<unknown, unknown>, "schema">, true>> = {
  model: true,
  route: true,
  limits: true,
  text: true,
  bytes: true,
  answerTypes: true,
  callerHeaders: true,
  answerHeaders: true,
  passThrough: true,
  stream: true,
  keyHeader: true,
  encode: true,
  decode: true,
  problemMembers: true,
  containerProblem: true,
};

/**
 * Checks that the entry of a catalog is the contract in the model's file: the function contains the file's contract, but the
 * route, the permissions and the parts of the handler follow the entry.
 *
 * @param file - `functions/<model>/contract`, without the extension. A file that this process cannot load is not compared
 */
export function checkContractFile(entry: Model, file: string, collector: FaultCollector): void {
  const contract = loadContract(file);
  if (contract === undefined) return;
  const ofEntry: Readonly<Record<string, unknown>> = { ...entry };
  for (const property of Object.keys(COMPARED)) {
    const [inFile, inCatalog] = [shapeOf(contract[property]), shapeOf(ofEntry[property])];
    collector.require(
      isDeepStrictEqual(inFile, inCatalog),
      property,
      raw(`${describe(inFile)} in the file, but ${describe(inCatalog)} in the catalog`),
      "the same contract in the file and in the catalog",
      "the function contains the contract of the file, and the route and the permissions follow the catalog",
    );
  }
}

/** A value without the identity of its functions: a file that is loaded twice has two copies of each function. */
function shapeOf(value: unknown): unknown {
  const json = JSON.stringify(value, (_, inner) => (typeof inner === "function" ? "a function" : inner));
  return json === undefined ? undefined : JSON.parse(json);
}

function describe(shape: unknown): string {
  return shape === undefined ? "nothing" : JSON.stringify(shape);
}
