/**
 * The exports that the generated authorizer imports, see src/constructs/api/authorizer-code.ts. An environment's authorizer
 * contains only the kinds of credentials that its routes require.
 */

export { customers } from "./customers";
export { createAuthorizer } from "./handler";
export { tokens } from "./tokens";
