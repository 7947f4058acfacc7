import type { RoutedModel } from "../../../models";
import { capturePrefix } from "../../captured-requests";
import { type Environment, namePrefix } from "../../environment";
import { type FaultCollector, raw } from "../../fault-collector";
import { isViaGateway, type ModelSettings } from "../../model-settings";
import { checkKey } from "../kms-key-checks";

/** The minimum of reserved concurrency: one process can write while another process answers. */
const MIN_CONCURRENCY = 2;

/**
 * Checks the capture of a model: the engine's own handler must serve the route, because capture is a part of this handler.
 *
 * @param model - the model; `undefined` for an unknown model, which has another fault
 * @param collector - collects the faults of the model
 */
export function checkCapture(
  settings: ModelSettings,
  model: RoutedModel | undefined,
  { region }: Pick<Environment, "region">,
  collector: FaultCollector,
): void {
  const { capture } = settings;
  if (capture === undefined) return;
  collector.requireExclusive(
    settings,
    "capture",
    ["existingFunction"],
    "the owner of an existing function decides which data the function stores",
  );
  collector.require(
    !isViaGateway(settings),
    "capture",
    raw('capture together with via: "gateway"'),
    'no capture, or via: "lambda"; dataCapture for an endpoint on instances',
    "API Gateway invokes the endpoint without a function, and stores no requests",
  );
  collector.require(
    model?.python === undefined,
    "capture",
    raw("capture for a model with handler.py"),
    "no capture, or a model with a contract; dataCapture for an endpoint on instances",
    "the handler in Python is the model's own code, which the engine does not change",
  );
  const below = collector.in("capture");
  collector.require(
    capture.percent === 0 || (settings.function?.reservedConcurrency ?? MIN_CONCURRENCY) >= MIN_CONCURRENCY,
    "function.reservedConcurrency",
    settings.function?.reservedConcurrency,
    `${MIN_CONCURRENCY} or more with capture`,
    "a process accepts no request while it writes the previous one: Lambda would throttle callers that send one request after another",
  );
  below.requireExclusive(
    capture,
    "keep",
    ["drop"],
    "keep names the stored fields, and drop names the fields that are not stored",
  );
  checkKey(capture.kmsKeyArn, "kmsKeyArn", region, below);
}

/**
 * Checks that no two models of an environment write below the same prefix, e.g. with one existing endpoint: the records do not
 * name the model, and the rule by which S3 deletes objects belongs to the prefix.
 */
export function checkCapturePrefixes(environment: Environment, collector: FaultCollector): void {
  const owners = new Map<string, string>();
  for (const [model, settings] of Object.entries<ModelSettings>(environment.models)) {
    const prefix = capturePrefix(namePrefix(environment), model, settings);
    if (prefix === undefined) continue;
    const owner = owners.get(prefix);
    owners.set(prefix, owner ?? model);
    collector.require(
      owner === undefined,
      `models.${model}.capture`,
      raw(`capture for the variant ${prefix}, whose requests ${owner} stores`),
      "capture for one model of each variant",
      "the folder of captured requests has the names of the endpoint and of the variant: the requests of both models would be in one folder",
    );
  }
}
