import type { ParsedModelSettings } from "../../../src/environment/model-settings";
import { parseEnvironment } from "../../../src/environment/parse";
import { type PricedRoute, pricedRoute } from "../../../src/load/cost";
import type { ConcurrencyLimits } from "../../../src/load/proposal";
import { DEV, LOAN_DEFAULT } from "../../local/support/environments";

/** Quotas that no proposal exceeds. */
export const NO_LIMITS: ConcurrencyLimits = { serverless: 200, lambda: 900, reserved: undefined };

/** The route of a serverless endpoint with 2048 MB, with changed settings. */
export function routeOf(
  changed: Partial<ParsedModelSettings> & { readonly region?: string } = {},
): PricedRoute {
  const { region = "us-east-1", ...settings } = changed;
  const environment = parseEnvironment({
    ...DEV,
    models: { "loan-default": { ...LOAN_DEFAULT, access: "API_KEY" } },
  });
  const parsed = environment.models["loan-default"];
  if (parsed === undefined) throw new Error("no model");
  return pricedRoute({ ...environment, region }, { ...parsed, ...settings } as ParsedModelSettings, {
    memorySizeInMb: 2048,
    maxConcurrency: 20,
    provisionedConcurrency: 0,
  });
}
