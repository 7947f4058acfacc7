import { createRequire } from "node:module";
import { join } from "node:path";
import { runInThisContext } from "node:vm";
import { type BuildOptions, buildSync } from "esbuild";
import { appFolder } from "../../lib/app-folder";
import type { Contract } from "../../runtime/contract";
import { isRecord } from "../../runtime/json";
import { EVERY_PART, type HandlerParts } from "../../runtime/parts";

type PartName = keyof HandlerParts;

/** The properties of a contract that determine the parts of its handler. */
export type ContractOfParts = Readonly<
  Partial<Record<"text" | "bytes" | "answerTypes" | "callerHeaders" | "passThrough", unknown>> &
    Partial<Pick<Contract<unknown, unknown>, "route">>
>;

/** The parts of a handler that a contract needs. Other parts would only make cold starts slower. */
export function partsOf(contract: ContractOfParts): PartName[] {
  const needed: Readonly<Record<PartName, boolean>> = {
    query: contract.route?.method === "GET",
    bytes: contract.bytes !== undefined,
    accept: contract.text !== undefined || contract.answerTypes !== undefined,
    bytesAnswer: contract.answerTypes !== undefined,
    callerHeaders: contract.callerHeaders !== undefined,
    passThrough: contract.passThrough !== undefined,
  };
  return partNames().filter((part) => needed[part]);
}

function partNames(): PartName[] {
  return Object.keys(EVERY_PART) as PartName[];
}

/**
 * The source of a handler.
 *
 * @param handler - the module specifier of `src/runtime/generated.ts`
 * @param contract - the imported name, its module specifier, and the expression of the contract; default: the name
 */
export function handlerSource(
  handler: string,
  parts: readonly PartName[],
  contract: { readonly name: string; readonly from: string; readonly expression?: string },
): string {
  const { name, from, expression = name } = contract;
  return `import { ${["createHandlerWith", ...parts].join(", ")} } from "${handler}";
import { ${name} } from "${from}";

module.exports.handler = createHandlerWith({ ${parts.join(", ")} }, ${expression});
`;
}

/**
 * The parts that the handlers of contracts need, by the contract's module specifier. The contracts are bundled and run,
 * because the source text does not show which properties a contract has.
 *
 * @param contracts - the contracts' module specifiers, see `options.alias`
 * @param options - esbuild's options for the handlers
 * @throws BuildFailure of esbuild if a source does not build
 */
export function readParts(contracts: readonly string[], options: BuildOptions): Map<string, PartName[]> {
  if (contracts.length === 0) return new Map();
  const { outputFiles = [] } = buildSync({
    ...options,
    write: false,
    sourcemap: false,
    minify: false,
    entryPoints: contracts.map((contract, index) => ({ in: contract, out: String(index) })),
  });
  const files = new Map(outputFiles.map((file) => [file.path.split(/[\\/]/).at(-1), file.text]));
  return new Map(
    contracts.map((contract, index) => [contract, partsOfModule(files.get(`${index}.js`) ?? "")] as const),
  );
}

/** The parts for a contract's module. A contract that cannot run here gets every part, so that no part is missing. */
function partsOfModule(code: string): PartName[] {
  const module: { exports: unknown } = { exports: {} };
  try {
    const run: unknown = runInThisContext(`(function (module, exports, require) {${code}\n})`);
    if (typeof run === "function") {
      run(module, module.exports, createRequire(join(appFolder(), "index.js")));
    }
  } catch {
    return partNames();
  }
  const contract = isRecord(module.exports) ? module.exports.contract : undefined;
  return isRecord(contract) ? partsOf(contract) : partNames();
}
