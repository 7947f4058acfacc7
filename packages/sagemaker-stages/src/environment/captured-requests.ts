import type { Environment } from "./environment";
import type { ModelSettings, ParsedCaptureSettings } from "./model-settings";
import { targetOf } from "./settings/endpoint/targets";

/**
 * The name of the variant of endpoints that the engine creates. An update must not change the variant's name
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html).
 */
export const VARIANT_NAME = "AllTraffic";

/**
 * The name of the endpoint that answers a model's route.
 *
 * @param prefix - the environment's prefix
 */
export function endpointNameOf(prefix: string, model: string, settings: object): string {
  return "existingEndpoint" in settings && typeof settings.existingEndpoint === "string"
    ? settings.existingEndpoint
    : `${prefix}-${model}`;
}

/**
 * The folder of a model's captured requests: `<endpoint>/<variant>`, the first parts of the keys in SageMaker's data capture
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html) and in the function's capture.
 *
 * @param prefix - the environment's prefix
 */
export function capturedFolder(prefix: string, model: string, settings: object): string {
  return `${endpointNameOf(prefix, model, settings)}/${targetOf(settings).targetVariant ?? VARIANT_NAME}`;
}

/**
 * The folder of the requests that a model's function stores: {@link capturedFolder}.
 *
 * @param prefix - the environment's prefix
 * @returns `undefined` without capture
 */
export function capturePrefix(
  prefix: string,
  model: string,
  settings: Pick<ModelSettings, "capture">,
): string | undefined {
  return settings.capture === undefined ? undefined : capturedFolder(prefix, model, settings);
}

/** Whether the function of a model stores requests. With `percent: 0`, only the bucket exists. */
export function storesRequests({ capture }: Pick<ModelSettings, "capture">): boolean {
  return capture !== undefined && capture.percent > 0;
}

/** Whether the environment has a bucket for captured requests. */
export function hasCapture({ models }: Pick<Environment, "models">): boolean {
  return Object.values<ModelSettings>(models).some(({ capture }) => capture !== undefined);
}

/** The settings of capture that decide which values are stored. */
export type MaskingSettings = {
  readonly [Name in "keep" | "drop"]?: ParsedCaptureSettings[Name] | undefined;
};

/**
 * Whether capture stores `null` in place of a field's value. The result is `false` for a field whose value capture stores in
 * some records only.
 *
 * @param path - the names of the field and of the objects around it, with dots between them, e.g. `address.zip`
 * @param rowsIn - the field of a request that contains the list of rows
 */
export function isMasked(
  path: string,
  { keep = [], drop }: MaskingSettings,
  rowsIn: string | undefined,
): boolean {
  const names = partsOf(path);
  if (drop !== undefined) {
    return [...names, "request", ...(rowsIn === undefined ? [] : [rowsIn])].some((name) =>
      drop.includes(name),
    );
  }
  return !names.some((name) => keep.includes(name)) && !(rowsIn !== undefined && keep.includes(rowsIn));
}

/** The parts of a path with one or more names: a name can contain a dot. */
function partsOf(path: string): string[] {
  const names = path.split(".");
  return names.flatMap((_, from) =>
    names.slice(from).map((__, to) => names.slice(from, from + to + 1).join(".")),
  );
}
