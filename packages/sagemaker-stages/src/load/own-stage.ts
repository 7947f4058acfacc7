import { serviceDomain } from "../aws/partition";
import type { ParsedEnvironment } from "../environment/environment";
import { namePrefix } from "../environment/environment";
import { isLoopback } from "../smoke/arguments";
import type { StackOutputs } from "../smoke/stack-outputs";
import { LoadTestError } from "./errors";

/**
 * Refuses a stage that is not a stage of the environment: a load test of a foreign service would be an attack. The evidence
 * is the state of the environment's stack, which only its deployers can write: its URL is an address of API Gateway in the
 * environment's region, or the domain name of the environment. On this machine, the stage has the environment's prefix as
 * its name.
 *
 * @throws LoadTestError
 */
export function requireOwnStage(environment: ParsedEnvironment, { stageUrl }: StackOutputs): void {
  const url = new URL(stageUrl);
  if (isLoopback(stageUrl)) {
    const path = `/${namePrefix(environment)}`;
    if (url.pathname === path) return;
    throw new LoadTestError(
      `stage: got ${stageUrl}; allowed on this machine: the local stage of ${environment.name}, ${url.origin}${path}`,
    );
  }
  const domain = environment.stage.domain?.name;
  if (
    url.protocol === "https:" &&
    (url.hostname === domain || isApiGateway(url.hostname, environment.region))
  ) {
    return;
  }
  throw new LoadTestError(
    `stage: got ${stageUrl} from the outputs of ${environment.name}; allowed: ${domain === undefined ? "" : `https://${domain}, or `}an address of API Gateway in ${environment.region}, https://<api>.${serviceDomain("execute-api", environment.region)}. The command calls only stages of the environment. If the region or the domain name changed, deploy the environment first: npx cdktf deploy ${environment.name}`,
  );
}

/** An id of an API, and for a private API the id of a VPC endpoint. */
const API_HOST = /^[a-z0-9]+(?:-vpce-[a-z0-9]+)?$/;

function isApiGateway(host: string, region: string): boolean {
  const suffix = `.${serviceDomain("execute-api", region)}`;
  return host.endsWith(suffix) && API_HOST.test(host.slice(0, -suffix.length));
}
