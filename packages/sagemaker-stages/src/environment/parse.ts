import { type AccountSettings, accountSettings, hasAccessLogs, type ParsedAccountSettings } from "./account";
import { type Environment, environmentSchema, type ParsedEnvironment } from "./environment";
import { withReleases } from "./releases";

/**
 * Adds the defaults to an environment, and reads its releases. Constructs receive the result. Call `checkEnvironments` first: it reports all
 * faults.
 *
 * @param environment - without properties that are `undefined`
 * @param accounts - the app's accounts: their `apiGatewayLogs` is the default of a stage's `accessLogs`
 * @throws ZodError if a setting has another type than its schema
 */
export function parseEnvironment(
  environment: Environment,
  accounts: readonly AccountSettings[] = [],
): ParsedEnvironment {
  const parsed = environmentSchema.parse(withReleases(environment));
  return { ...parsed, stage: { ...parsed.stage, accessLogs: hasAccessLogs(environment, accounts) } };
}

/** Adds the defaults to the settings of an account. @see {@link parseEnvironment} */
export function parseAccount(account: AccountSettings): ParsedAccountSettings {
  return accountSettings.parse(account);
}
