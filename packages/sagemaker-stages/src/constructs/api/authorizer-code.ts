import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { zipSync } from "fflate";
import type { CustomerRoutes } from "../../authorizer/customers";
import type { RouteName } from "../../authorizer/event";
import type { TokenRoute } from "../../authorizer/tokens";
import type { NodeRuntime } from "../../aws/lambda-runtimes";
import { routesOf } from "../../environment/async-requests";
import type { ParsedRouteAccess } from "../../environment/model-settings";
import { engineSource } from "../../paths";
import type { KeyHeader, Route } from "../../runtime/contract";
import { BUILD_OPTIONS, type FunctionPackage } from "../function/function-code";
import { FIXED_ATTRIBUTES } from "../function/package-limits";

/** The credentials that an authorizer checks. */
export interface AuthorizerSource {
  /** The routes that require a token. */
  readonly tokens: readonly TokenRoute[];
  /** The routes that the keys of customers open, by the customer's name. @default - none */
  readonly customers?: CustomerRoutes | undefined;
  /** The routes of customers whose callers send the key as a bearer token. @default - none */
  readonly bearerRoutes?: readonly RouteName[] | undefined;
}

/** A route whose callers' credentials an authorizer can check. */
interface AuthorizedRoute {
  readonly access: ParsedRouteAccess;
  readonly contract: {
    readonly model: string;
    readonly route: Route;
    readonly keyHeader?: KeyHeader | undefined;
  };
  /** Whether the model has asynchronous requests. @default false */
  readonly isAsync?: boolean | undefined;
}

/**
 * The credentials that the routes of an environment require; `undefined` if no route needs an authorizer function.
 *
 * @param customers - the models that each customer has bought, by the customer's name
 */
export function authorizerSource(
  routes: readonly AuthorizedRoute[],
  customers: Readonly<Record<string, { readonly models: readonly string[] }>> = {},
): AuthorizerSource | undefined {
  const tokens = routes.flatMap((one) => {
    const { access } = one;
    return typeof access !== "string" && "jwt" in access
      ? namesOf(one).map((route) => ({ route, ...access.jwt }))
      : [];
  });
  const names = Object.keys(customers);
  if (tokens.length === 0 && names.length === 0) return undefined;
  const bearerRoutes = routes.filter(isBearerRoute).flatMap(namesOf);
  return {
    tokens,
    customers: names.length === 0 ? undefined : customerRoutes(routes, customers),
    ...(names.length === 0 || bearerRoutes.length === 0 ? {} : { bearerRoutes }),
  };
}

/** Whether the callers of a route send the key of a customer in the header `Authorization`. */
export function isBearerRoute({
  access,
  contract,
}: {
  readonly access: ParsedRouteAccess;
  readonly contract: { readonly keyHeader?: KeyHeader | undefined };
}): boolean {
  return access === "API_KEY" && contract.keyHeader === "authorization";
}

/**
 * The names of a route, and of the further routes of an asynchronous model. A route with a parameter has two names: with `{id}`, API
 * Gateway names it in requests, and with an asterisk, it is in the policy that the authorizer makes from the names.
 */
function namesOf({ contract: { route }, isAsync = false }: AuthorizedRoute): RouteName[] {
  return routesOf(route, isAsync).flatMap(({ method, path }): RouteName[] => {
    const name: RouteName = `${method} ${path}`;
    const pattern: RouteName = `${method} ${path.replace(/\{[^}]+\}/g, "*")}`;
    return pattern === name ? [name] : [name, pattern];
  });
}

/** The routes of each customer, in the order of the stage. */
function customerRoutes(
  routes: readonly AuthorizedRoute[],
  customers: Readonly<Record<string, { readonly models: readonly string[] }>>,
): CustomerRoutes {
  return Object.fromEntries(
    Object.entries(customers).map(([customer, { models }]) => [
      customer,
      routes.filter(({ contract }) => models.includes(contract.model)).flatMap(namesOf),
    ]),
  );
}

/**
 * The alias by which the generated source imports the engine. esbuild chooses short names by the frequency of letters in the
 * sources, so that a local path in a source would change the package.
 */
const AUTHORIZER = "sagemaker-stages/authorizer";

/** The bundled code of an environment's authorizer, with the table of its routes: CommonJS, minified. */
export function authorizerCode(source: AuthorizerSource): Uint8Array {
  const { imports, handler } = handlerOf(source);
  const entry = source.bearerRoutes === undefined ? "generated" : "generated-bearer";
  const { outdir: _, ...options } = BUILD_OPTIONS;
  const [file] = buildSync({
    ...options,
    absWorkingDir: engineSource(""),
    alias: { [AUTHORIZER]: engineSource(`authorizer/${entry}.ts`) },
    sourcemap: false,
    stdin: {
      contents: `import { ${imports.join(", ")} } from "${AUTHORIZER}";

module.exports.handler = ${handler};
`,
      resolveDir: engineSource(""),
      sourcefile: "authorizer.ts",
      loader: "ts",
    },
  }).outputFiles;
  if (file === undefined) throw new Error("esbuild wrote nothing for the authorizer");
  return file.contents;
}

/** The expression of the handler, and the names that it imports. */
function handlerOf({ tokens, customers, bearerRoutes }: AuthorizerSource): {
  readonly imports: readonly string[];
  readonly handler: string;
} {
  if (customers !== undefined && bearerRoutes !== undefined) {
    const table = JSON.stringify({ customers, bearerRoutes });
    return tokens.length === 0
      ? { imports: ["createKeyAuthorizer"], handler: `createKeyAuthorizer(${table})` }
      : {
          imports: ["createKeyAuthorizer", "tokens"],
          handler: `createKeyAuthorizer({ ...${table}, others: [tokens(${JSON.stringify(tokens)})] })`,
        };
  }
  const kinds = [
    ...(tokens.length > 0 ? [{ name: "tokens", table: tokens }] : []),
    ...(customers === undefined ? [] : [{ name: "customers", table: customers }]),
  ];
  return {
    imports: ["createAuthorizer", ...kinds.map(({ name }) => name)],
    handler: `createAuthorizer([${kinds.map(({ name, table }) => `${name}(${JSON.stringify(table)})`).join(", ")}])`,
  };
}

/** The zip of an environment's authorizer, and its SHA-256 in base64. The same table gives the same bytes. */
export function authorizerZip(source: AuthorizerSource): {
  readonly zip: Uint8Array;
  readonly sha256: string;
} {
  const zip = zipSync({ "index.js": [authorizerCode(source), FIXED_ATTRIBUTES] });
  return { zip, sha256: createHash("sha256").update(zip).digest("base64") };
}

/**
 * Writes the package of an environment's authorizer.
 *
 * @param directory - the folder for the zip
 */
export function authorizerPackage(
  source: AuthorizerSource,
  directory: string,
  runtime: NodeRuntime,
): FunctionPackage {
  const { zip, sha256 } = authorizerZip(source);
  // The folder's name follows the content, so that concurrent syntheses do not write the same file.
  const folder = join(directory, Buffer.from(sha256, "base64").toString("hex").slice(0, 16));
  const zipFile = join(folder, "authorizer.zip");
  mkdirSync(folder, { recursive: true });
  if (!existsSync(zipFile)) {
    const unfinished = `${zipFile}.${process.pid}`;
    writeFileSync(unfinished, zip);
    renameSync(unfinished, zipFile);
  }
  return { zipFile, sha256, handler: "index.handler", runtime };
}
