/**
 * The exports that the generated authorizer of an environment with bearer keys imports, see
 * src/constructs/api/authorizer-code.ts. They have their own file, because esbuild chooses the names in a package by the
 * letters of every file that it reads: in generated.ts, they would change the packages of the other environments.
 */

export { createKeyAuthorizer } from "./bearer-keys";
export { tokens } from "./tokens";
