import type { Credentials } from "aws4";
import { capturedFolder, endpointNameOf } from "../../environment/captured-requests";
import { namePrefix, type ParsedEnvironment } from "../../environment/environment";
import type { ParsedCaptureSettings } from "../../environment/model-settings";
import { targetOf } from "../../environment/settings/endpoint/targets";
import { S3_URI } from "../arguments";
import { NeverCaptured } from "../errors";
import { accountOf } from "../services/account";
import { S3Store } from "../services/s3";
import { FolderStore, type Store } from "./store";

/** The place of a model's captured requests. */
export interface CapturedPlace {
  readonly store: Store;
  /** The folder in the store: empty, or with a slash at the end. */
  readonly prefix: string;
  /** Whether the folder contains the folders `yyyy/mm/dd/hh/`. */
  readonly hasDays: boolean;
  /** The capture that certainly stored the requests; `undefined` if another program can have stored them. */
  readonly capture: ParsedCaptureSettings | undefined;
  /** A sentence about the choice of the place. */
  readonly note?: string;
}

/** The facts that determine the place. */
export interface PlaceOptions {
  readonly environment: ParsedEnvironment;
  /** `--captured`: a folder or an S3 URI. @default - the model's own bucket */
  readonly captured: string | undefined;
  /** Whether only one model is compared. */
  readonly isOnly: boolean;
  readonly credentials: () => Promise<Credentials>;
}

/**
 * The place of a model's captured requests: `--captured`, the destination of SageMaker's data capture, or the bucket of the
 * function's capture.
 *
 * @throws NeverCaptured if `--captured` contains no folder of the model, although several models are compared
 */
export async function placeOf(model: string, options: PlaceOptions): Promise<CapturedPlace> {
  return options.captured === undefined
    ? await placeOfSettings(model, options)
    : await placeOfOption(model, options.captured, options);
}

async function placeOfSettings(
  model: string,
  { environment, credentials }: PlaceOptions,
): Promise<CapturedPlace> {
  const { region, accountId } = environment;
  const { capture, destination } = capturesOf(model, environment);
  const found = await credentials();
  const folder = `${folderOf(model, environment)}/`;
  const [, bucket, path] = destination === undefined ? [] : (S3_URI.exec(destination) ?? []);
  if (bucket !== undefined) {
    return {
      store: new S3Store({ bucket, region, credentials: found }),
      prefix: `${path === undefined ? "" : `${path}/`}${folder}`,
      hasDays: true,
      capture: undefined,
      ...(capture === undefined
        ? {}
        : {
            note: `The model has dataCapture and capture. Compared: the requests of dataCapture, because they contain all values. For the requests of capture: --captured s3://${bucketName(environment, accountId ?? "<account>")}`,
          }),
    };
  }
  const owner = accountId ?? (await accountOf(region, found));
  const store = new S3Store({ bucket: bucketName(environment, owner), region, credentials: found, owner });
  return { store, prefix: folder, hasDays: true, capture };
}

/** The bucket of the function's capture. */
function bucketName(environment: ParsedEnvironment, account: string): string {
  return `${namePrefix(environment)}-capture-${account}-${environment.region}`;
}

/** The settings of a model that store requests: of the function, and the destination of the endpoint. */
function capturesOf(
  model: string,
  { models }: ParsedEnvironment,
): { readonly capture: ParsedCaptureSettings | undefined; readonly destination: string | undefined } {
  const settings = models[model];
  return {
    capture: settings?.capture,
    destination:
      settings !== undefined && "dataCapture" in settings ? settings.dataCapture?.destination : undefined,
  };
}

function folderOf(model: string, environment: ParsedEnvironment): string {
  return capturedFolder(namePrefix(environment), model, environment.models[model] ?? {});
}

async function placeOfOption(model: string, captured: string, options: PlaceOptions): Promise<CapturedPlace> {
  const { environment, isOnly } = options;
  const { store, prefix } = await storeOf(captured, options);
  const capture = captureOfOption(model, captured, environment);
  const settings = environment.models[model] ?? {};
  const endpoint = endpointNameOf(namePrefix(environment), model, settings);
  // An endpoint of another program can have variants with other names.
  const folders = [
    folderOf(model, environment),
    ...(targetOf(settings).targetVariant === undefined ? [endpoint] : []),
  ];
  for (const folder of folders) {
    const below = `${prefix}${folder}/`;
    for await (const _ of store.list(below, 1)) return { store, prefix: below, hasDays: false, capture };
  }
  if (isOnly) return { store, prefix, hasDays: false, capture };
  throw new NeverCaptured(
    `${model}: got ${captured} without ${folders.at(-1)}/; allowed: a folder of each endpoint. For the captured requests of one model: --model ${model}`,
  );
}

/**
 * The capture that stored the requests of `--captured`. If the model also has `dataCapture`, only the bucket of capture
 * certainly contains no requests of `dataCapture`.
 */
function captureOfOption(
  model: string,
  captured: string,
  environment: ParsedEnvironment,
): ParsedCaptureSettings | undefined {
  const { capture, destination } = capturesOf(model, environment);
  if (destination === undefined) return capture;
  const [, bucket = ""] = S3_URI.exec(captured) ?? [];
  const [, account] = /-capture-(\d{12})-/.exec(bucket) ?? [];
  const isOfCapture = account !== undefined && bucket === bucketName(environment, account);
  return isOfCapture && S3_URI.exec(destination)?.[1] !== bucket ? capture : undefined;
}

async function storeOf(
  captured: string,
  { environment: { region }, credentials }: PlaceOptions,
): Promise<{ readonly store: Store; readonly prefix: string }> {
  const [, bucket, path = ""] = S3_URI.exec(captured) ?? [];
  if (bucket === undefined) return { store: new FolderStore(captured), prefix: "" };
  const store = new S3Store({ bucket, region, credentials: await credentials() });
  return { store, prefix: path === "" || path.endsWith("/") ? path : `${path}/` };
}
