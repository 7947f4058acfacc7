import { type AccountSettings, accountSettings, hasAccessLogs, type ParsedAccountSettings } from "./account";
import { type Environment, environmentSchema, type ParsedEnvironment } from "./environment";

/**
 * An environment with the defaults of its settings, as constructs take it. `checkEnvironments` reports faults before.
 *
 * @param environment - without properties that are `undefined`
 * @param accounts - the app's accounts, which decide on the access logs of a stage
 * @throws ZodError where a setting has another type than its schema
 */
export function parseEnvironment(
  environment: Environment,
  accounts: readonly AccountSettings[] = [],
): ParsedEnvironment {
  const parsed = environmentSchema.parse(environment);
  return { ...parsed, stage: { ...parsed.stage, accessLogs: hasAccessLogs(environment, accounts) } };
}

/** The settings of an account with their defaults, as {@link parseEnvironment}. */
export function parseAccount(account: AccountSettings): ParsedAccountSettings {
  return accountSettings.parse(account);
}
