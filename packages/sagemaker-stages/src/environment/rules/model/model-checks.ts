import type { Environment } from "../../environment";
import type { FaultCollector } from "../../fault-collector";
import type { ModelSettings } from "../../model-settings";
import { checkEndpoint } from "../endpoint/endpoint-checks";
import { checkTarget } from "../endpoint/target-checks";
import { checkTags } from "../tag-checks";
import { checkFunction } from "./function-checks";

/** Checks the settings of one model. @param collector - collects the faults of the model */
export function checkModel(
  settings: ModelSettings,
  environment: Environment,
  collector: FaultCollector,
): void {
  const { region, network } = environment;
  checkEndpoint(
    settings,
    { region, hasNetwork: network !== undefined, hasNewVpc: network !== undefined && "vpc" in network },
    collector,
  );
  checkTarget(settings, collector);
  checkFunction(settings, environment, collector);
  if (settings.tags !== undefined) {
    checkTags(settings.tags, collector, environment.tags);
  }
}
