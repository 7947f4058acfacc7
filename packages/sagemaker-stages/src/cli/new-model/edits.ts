import {
  insertModuleImport,
  insertProperty,
  moduleImport,
  type Property,
  printProperty,
} from "./typescript/insert";
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
}

/** The file that lists the models, from the app's folder. */
export const CATALOG = "functions/index.ts";

/**
 * Adds a model's import and entry to `functions/index.ts`.
 *
 * @throws UnknownForm where there is not exactly one call `defineModels({ … })` of the import from the engine
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

function contractSource(model: string): string {
  return `./${model}/contract`;
}

function findCatalog(file: SourceFile): ObjectLiteral {
  const names = importsIn(file)
    .filter(({ source }) => source.value === "sagemaker-stages/model")
    .flatMap(({ specifiers }) => specifiers)
    .filter((specifier) => specifier.type === "ImportSpecifier")
    .filter(({ imported }) => imported.type === "Identifier" && imported.name === "defineModels")
    .map(({ local }) => local.name);
  const literals = callsIn(file)
    .filter(({ callee }) => callee.type === "Identifier" && names.includes(callee.name))
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
 * @throws UnknownForm where there is not exactly one object literal with the environment's name and the literal `models`
 */
export function addToEnvironment(
  sources: ReadonlyMap<string, string>,
  environment: string,
  property: Property,
): Edit {
  const files = [...sources].map(([path, text]) => parseSource(path, text));
  const found = files.flatMap((file) => findModels(file, environment).map((models) => ({ file, models })));
  const [place, ...others] = found;
  if (place === undefined || others.length > 0) {
    throw new UnknownForm(
      `environments/: got ${found.length} object literals with name: "${environment}" and models: { … }; allowed: one`,
    );
  }
  const { file, models } = place;
  if (propertyValue(models, property.name) !== undefined) {
    throw new UnknownForm(`${file.path}: got an entry ${property.name} in the models of ${environment}`);
  }
  return checked(file.path, insertProperty(file, models, property));
}

/** The lines that {@link addToEnvironment} adds. */
export function describeEnvironmentLines(environment: string, property: Property): string {
  return `in models of ${environment}: ${printProperty(property)},`;
}

function findModels(file: SourceFile, environment: string): ObjectLiteral[] {
  return objectsIn(file)
    .filter((literal) => isText(propertyValue(literal, "name"), environment))
    .map((literal) => propertyValue(literal, "models"))
    .filter(isObjectLiteral);
}

/** A text that a mistake of this program has broken must not be written. */
function checked(path: string, text: string): Edit {
  parseSource(path, text);
  return { path, text };
}

/** The name of an imported model in `functions/index.ts`, e.g. `irisSpecies` for `iris-species`. */
function identifierOf(model: string, taken: ReadonlySet<string>): string {
  const camelCase = model.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const isFree = (name: string) => !taken.has(name) && !RESERVED_WORDS.has(name) && !(name in globalThis);
  for (let name = camelCase; ; name += "Model") if (isFree(name)) return name;
}

/** Words that no import can have as its name (https://tc39.es/ecma262/#prod-ReservedWord, and strict mode). */
const RESERVED_WORDS = new Set(
  "arguments as async await break case catch class const continue debugger default delete do else enum eval export extends false finally for from function get if implements import in instanceof interface let new null of package private protected public return set static super switch this throw true try type typeof var void while with yield".split(
    " ",
  ),
);
