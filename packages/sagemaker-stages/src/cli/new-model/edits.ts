import type { AddedCustomer } from "./customers";
import type { ReadyMadeCall } from "./ready-made";
import {
  defaultImport,
  insertImportLine,
  insertModuleImport,
  insertNamedImport,
  insertProperty,
  moduleImport,
  type Property,
  printProperty,
} from "./typescript/insert";
import { printLiteral } from "./typescript/literal";
import {
  callsIn,
  importsIn,
  isObjectLiteral,
  isText,
  namesIn,
  type ObjectLiteral,
  objectsIn,
  parseSource,
  propertyValue,
  type SourceFile,
  UnknownForm,
} from "./typescript/source-file";

/** A file of the app with its new text. */
export interface Edit {
  /** Path from the app's folder, with slashes. */
  readonly path: string;
  readonly text: string;
  /** Whether the file does not exist before. @default - the file exists */
  readonly isNew?: boolean;
  /** The environments that the file defines, for which the text changes. @default - none */
  readonly environments?: readonly string[];
}

/** The file that lists the models, from the app's folder. */
export const CATALOG = "functions/index.ts";

/**
 * Adds a model's import and entry to `functions/index.ts`.
 *
 * @throws UnknownForm unless the file has exactly one call of the engine's function, `defineModels({ … })`
 */
export function addToCatalog(text: string, model: string): Edit {
  const file = parseSource(CATALOG, text);
  const identifier = identifierOf(model, namesIn(file));
  const withEntry = insertProperty(file, findCatalog(file), { name: model, value: identifier });
  return checked(
    CATALOG,
    insertModuleImport(parseSource(CATALOG, withEntry), identifier, contractSource(model)),
  );
}

/** The lines that {@link addToCatalog} adds. */
export function describeCatalogLines(model: string): string {
  const identifier = identifierOf(model, new Set());
  return `${moduleImport(identifier, contractSource(model))}\nin defineModels({ … }): ${printProperty({ name: model, value: identifier })},`;
}

/**
 * Adds a line with a ready-made contract to `functions/index.ts`. Also adds the import of the contract's function, if
 * the file lacks this import.
 *
 * @throws UnknownForm unless the file has exactly one call of the engine's function, `defineModels({ … })`
 */
export function addCallToCatalog(
  text: string,
  model: string,
  call: Pick<ReadyMadeCall, "function" | "arguments">,
): Edit {
  const file = parseSource(CATALOG, text);
  const imported = importedName(file, call.function);
  const local = imported ?? identifierOf(call.function, namesIn(file));
  const value = `${local}(${call.arguments})`;
  const withEntry = insertProperty(file, findCatalog(file), { name: model, value });
  if (imported !== undefined) return checked(CATALOG, withEntry);
  return checked(
    CATALOG,
    insertNamedImport(parseSource(CATALOG, withEntry), ENGINE, { imported: call.function, local }),
  );
}

/** The lines that {@link addCallToCatalog} adds. */
export function describeCall(model: string, call: Pick<ReadyMadeCall, "function" | "arguments">): string {
  const value = `${call.function}(${call.arguments})`;
  return `import { ${call.function} } from "${ENGINE}";\nin defineModels({ … }): ${printProperty({ name: model, value })},`;
}

/**
 * Adds the import of `route.json` and an entry `python(…)` to `functions/index.ts`. Also adds the import of `python`,
 * if the file lacks this import.
 *
 * @throws UnknownForm unless the file has exactly one call of the engine's function, `defineModels({ … })`
 */
export function addPythonToCatalog(text: string, model: string): Edit {
  const identifier = identifierOf(model, namesIn(parseSource(CATALOG, text)));
  const call = { function: "python", arguments: identifier };
  const withEntry = addCallToCatalog(text, model, call).text;
  const line = defaultImport(identifier, routeSource(model));
  return checked(CATALOG, insertImportLine(parseSource(CATALOG, withEntry), line, routeSource(model)));
}

/** The lines that {@link addPythonToCatalog} adds. */
export function describePythonLines(model: string): string {
  const identifier = identifierOf(model, new Set(["python"]));
  const call = { function: "python", arguments: identifier };
  return `${defaultImport(identifier, routeSource(model))}\n${describeCall(model, call)}`;
}

function routeSource(model: string): string {
  return `./${model}/route.json`;
}

/** The module of the engine that a catalog imports. */
const ENGINE = "sagemaker-stages/model";

/** The local name of a function that a file imports from the engine. */
function importedName(file: SourceFile, name: string): string | undefined {
  return importsIn(file)
    .filter(({ source, importKind }) => source.value === ENGINE && importKind !== "type")
    .flatMap(({ specifiers }) => specifiers)
    .filter((specifier) => specifier.type === "ImportSpecifier")
    .find(({ imported }) => imported.type === "Identifier" && imported.name === name)?.local.name;
}

function contractSource(model: string): string {
  return `./${model}/contract`;
}

function findCatalog(file: SourceFile): ObjectLiteral {
  const name = importedName(file, "defineModels");
  const literals = callsIn(file)
    .filter(({ callee }) => callee.type === "Identifier" && callee.name === name)
    .map(({ arguments: [models] }) => models ?? undefined)
    .filter(isObjectLiteral);
  const [literal, ...others] = literals;
  if (literal !== undefined && others.length === 0) return literal;
  throw new UnknownForm(
    `${CATALOG}: got ${literals.length} calls defineModels({ … }) of the import from sagemaker-stages/model; allowed: one call`,
  );
}

/**
 * Adds a model's settings to an environment.
 *
 * @param sources - the text of each file in `environments/`, by its path from the app's folder
 * @param settings - TypeScript, indented by two spaces for each level
 * @throws UnknownForm unless the files have exactly one object literal with the environment's name and a literal for
 * `models`
 */
export function addToEnvironment(
  sources: ReadonlyMap<string, string>,
  environment: string,
  property: Property,
): Edit {
  const { file, models } = findEnvironment(sources, environment);
  if (propertyValue(models, property.name) !== undefined) {
    throw new UnknownForm(`${file.path}: got an entry ${property.name} in the models of ${environment}`);
  }
  return checked(file.path, insertProperty(file, models, property));
}

/** The lines that {@link addToEnvironment} adds. */
export function describeEnvironmentLines(environment: string, property: Property): string {
  return `in models of ${environment}: ${printProperty(property)},`;
}

/**
 * Adds a customer to an environment.
 *
 * @param sources - as in {@link addToEnvironment}
 * @throws UnknownForm unless the files have exactly one object literal of the environment, and unless its `customers`, if the
 * environment has customers, are a literal
 */
export function addCustomer(
  sources: ReadonlyMap<string, string>,
  environment: string,
  customer: AddedCustomer,
): Edit {
  const { file, literal } = findEnvironment(sources, environment);
  const customers = propertyValue(literal, "customers");
  if (isObjectLiteral(customers)) {
    const property = { name: customer.name, value: printLiteral(customer.settings) };
    return checked(file.path, insertProperty(file, customers, property));
  }
  if (customers !== undefined || customer.hasOthers) {
    throw new UnknownForm(
      `${file.path}: got customers of ${environment} that are not a literal; allowed: customers: { … }`,
    );
  }
  return checked(file.path, insertProperty(file, literal, customersProperty(customer)));
}

/** The line that {@link addCustomer} adds. */
export function describeCustomerLines(environment: string, customer: AddedCustomer): string {
  return customer.hasOthers
    ? `in customers of ${environment}: ${printProperty({ name: customer.name, value: printLiteral(customer.settings) })},`
    : `in ${environment}: ${printProperty(customersProperty(customer))},`;
}

function customersProperty({ name, settings }: AddedCustomer): Property {
  return { name: "customers", value: printLiteral({ [name]: settings }) };
}

/** The place that defines an environment. */
interface EnvironmentPlace {
  readonly file: SourceFile;
  readonly literal: ObjectLiteral;
  readonly models: ObjectLiteral;
}

/** @throws UnknownForm unless the files have exactly one literal of the environment with a literal for `models` */
function findEnvironment(sources: ReadonlyMap<string, string>, environment: string): EnvironmentPlace {
  const found = [...sources].flatMap(([path, text]) => placesOf(parseSource(path, text), environment));
  const [place, ...others] = found;
  if (place !== undefined && others.length === 0) return place;
  throw new UnknownForm(
    `environments/: got ${found.length} object literals with name: "${environment}" and models: { … }; allowed: one`,
  );
}

function placesOf(file: SourceFile, environment: string): EnvironmentPlace[] {
  return objectsIn(file)
    .filter((literal) => isText(propertyValue(literal, "name"), environment))
    .flatMap((literal) => {
      const models = propertyValue(literal, "models");
      return isObjectLiteral(models) ? [{ file, literal, models }] : [];
    });
}

/** The object literal of an environment's models in each place that defines the environment. */
export function findModels(file: SourceFile, environment: string): ObjectLiteral[] {
  return placesOf(file, environment).map(({ models }) => models);
}

/** Parses the new text: a fault of this program must not write a broken file. */
export function checked(path: string, text: string): Edit {
  parseSource(path, text);
  return { path, text };
}

/** The name of an imported model in `functions/index.ts`, e.g. `irisSpecies` for `iris-species`. */
function identifierOf(model: string, taken: ReadonlySet<string>): string {
  const camelCase = model.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const isFree = (name: string) => !taken.has(name) && !RESERVED_WORDS.has(name) && !(name in globalThis);
  for (let name = camelCase; ; name += "Model") if (isFree(name)) return name;
}

/** Names that an import cannot have (https://tc39.es/ecma262/#prod-ReservedWord, and strict mode). */
const RESERVED_WORDS = new Set(
  "arguments as async await break case catch class const continue debugger default delete do else enum eval export extends false finally for from function get if implements import in instanceof interface let new null of package private protected public return set static super switch this throw true try type typeof var void while with yield".split(
    " ",
  ),
);
