import { randomUUID } from "node:crypto";
import { isRecord, parseJson } from "../json";
import type { AsyncLocation } from "./location";
import type { AsyncStore, StoredObject, TimeLeft, WriteCondition } from "./store";

/** The record of one request: an object in S3, which the function writes and reads. */
export type RequestRecord =
  /** A function is adding the request to the queue. After `until`, the function has ended, and another may add the request. */
  { readonly state: "starting"; readonly until: number } | QueuedRecord;

/** The record of a request that the endpoint's queue contains, or contained. */
export interface QueuedRecord {
  readonly state: "queued";
  /** The time at which SageMaker accepted the request, in milliseconds since 1970. */
  readonly at: number;
  /** The key of the answer. */
  readonly output: string;
  /** The key of the reason why there is no answer. */
  readonly failure: string;
  /** Whether the request was a text, so that the answer is a text, too. */
  readonly isText: boolean;
  /** The media type that the endpoint must answer with. */
  readonly accept: string;
  /** The parsed request, which `decode` receives. @default - a separate object, because the request is large */
  readonly request?: unknown;
  /** Whether a separate object contains the request. */
  readonly hasRequest: boolean;
}

/** A record with the ETag of its object. */
export interface StoredRecord {
  readonly record: RequestRecord;
  readonly etag: string;
}

/** The maximum size of a request in its record, in bytes: each poll reads the record. */
export const MAX_REQUEST_IN_RECORD_IN_BYTES = 16_384;

/** The maximum size of a record: the request, and the rest. */
const MAX_RECORD_IN_BYTES = MAX_REQUEST_IN_RECORD_IN_BYTES + 8_192;

/** The keys of one request. */
export interface RequestKeys {
  readonly record: string;
  /** The parsed request, if it is large. */
  readonly request: string;
  /** The payload for the endpoint, if it is large. */
  readonly payload: string;
  /** The file that the caller uploaded. */
  readonly upload: string;
}

/**
 * The keys of a request below the model's location. The endpoint reads only below `inputs/`, and has no access to the
 * records.
 */
export function keysOf({ prefix }: AsyncLocation, caller: string, id: string): RequestKeys {
  return {
    record: `${prefix}/requests/${caller}/${id}`,
    request: `${prefix}/requests/${caller}/${id}.request`,
    payload: `${prefix}/inputs/${caller}/${id}.payload`,
    upload: `${prefix}/inputs/${caller}/${id}`,
  };
}

/**
 * Writes a record. Each write has a random id, by which the store recognizes its own write.
 *
 * @returns the ETag; `undefined` if the condition does not hold
 */
export async function writeRecord(
  store: AsyncStore,
  key: string,
  record: RequestRecord,
  time: TimeLeft,
  condition?: WriteCondition,
): Promise<string | undefined> {
  return await store.put(key, JSON.stringify({ ...record, write: randomUUID() }), time, condition);
}

/** @returns `undefined` if there is no record */
export async function readRecord(
  store: AsyncStore,
  key: string,
  time: TimeLeft,
): Promise<StoredRecord | undefined> {
  const object = await store.get(key, time, MAX_RECORD_IN_BYTES);
  return object && { record: parseRecord(object), etag: object.etag };
}

/** @throws Error if the object is no record */
function parseRecord({ bytes }: StoredObject): RequestRecord {
  const value = parseJson(String(bytes));
  if (isRecord(value) && (value.state === "starting" || value.state === "queued"))
    return value as RequestRecord;
  throw new Error("the record of the request is malformed");
}
