import { type AccountSettings, hasAccessLogs } from "../account";
import type { Environment } from "../environment";
import type { FaultCollector } from "../fault-collector";

/**
 * Checks the default of `stage.accessLogs`, which depends on the account. `checkTokens` checks the setting itself.
 *
 * @param accounts - the app's accounts
 * @param collectorOf - the collector of an environment, by its name
 */
export function checkLogCallers(
  environments: readonly Environment[],
  accounts: readonly AccountSettings[],
  collectorOf: (environment: string) => FaultCollector,
): void {
  for (const environment of environments) {
    const { name, stage } = environment;
    collectorOf(name).require(
      stage.logCallers !== true || stage.accessLogs !== undefined || hasAccessLogs(environment, accounts),
      "stage.logCallers",
      stage.logCallers,
      "false, or true together with stage.accessLogs: true",
      "the access log contains the ids, and the environment has no access log: its account has no apiGatewayLogs",
    );
  }
}
