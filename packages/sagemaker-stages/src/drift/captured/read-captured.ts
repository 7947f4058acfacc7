import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Period } from "../arguments";
import { DriftError, isExpected, messageOf } from "../errors";
import type { RequestForm } from "../rows";
import { readRecord } from "./record";
import type { CapturedFile, Store } from "./store";
import type { Tally } from "./tally";

/** The numbers of files and lines that were read. */
export interface ReadFigures {
  readonly files: number;
  readonly requests: number;
  /** Lines that are not records with a request. */
  readonly unreadable: number;
  readonly first: Date | undefined;
  readonly last: Date | undefined;
}

/** The files that are read at the same time. Capture writes one small object per request, and most of the time is waiting. */
const CONCURRENT_FILES = 32;

/** The layout of SageMaker's keys ends in `yyyy/mm/dd/hh/<file>`, in UTC. */
const HOUR = /(?:^|\/)(\d{4})\/(\d{2})\/(\d{2})\/(\d{2})\/[^/]*$/;
const HOUR_IN_MS = 3_600_000;
const DAY_IN_MS = 86_400_000;

/** From this number of days on, one list of all files needs fewer requests than one list per day. */
const MAX_LISTED_DAYS = 60;

/**
 * Counts the rows of captured requests.
 *
 * @param prefix - the folder of the endpoint's variant if `hasDays`, otherwise any folder
 * @param hasDays - whether the folder contains the folders `yyyy/mm/dd/hh/`
 * @param tally - receives each row
 * @param form - the form of the model's requests
 * @param report - called after each file with the number of files
 */
export async function readCaptured(
  store: Store,
  {
    prefix,
    hasDays,
    period,
  }: { readonly prefix: string; readonly hasDays: boolean; readonly period: Period },
  tally: Tally,
  form: RequestForm,
  report: (files: number) => void,
): Promise<ReadFigures> {
  let files = 0;
  let requests = 0;
  let unreadable = 0;
  let first: Date | undefined;
  let last: Date | undefined;
  const readFile = async (file: CapturedFile) => {
    for await (const line of linesOf(store, file)) {
      if (line.trim() === "") continue;
      const request = readRecord(line, form);
      if (request === undefined) {
        unreadable++;
        continue;
      }
      const { time, rows } = request;
      if (time !== undefined && !isIn(period, time)) continue;
      requests++;
      if (time !== undefined && (first === undefined || time < first)) first = time;
      if (time !== undefined && (last === undefined || time > last)) last = time;
      for (const row of rows) tally.add(row, time);
    }
    files++;
    report(files);
  };
  const listed = filesOf(store, prefix, hasDays ? period : {})[Symbol.asyncIterator]();
  const work = async () => {
    try {
      for (let next = await listed.next(); next.done !== true; next = await listed.next()) {
        if (canContain(period, next.value)) await readFile(next.value);
      }
    } catch (error) {
      // The other files are not read.
      await listed.return(undefined);
      throw error;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_FILES }, work));
  return { files, requests, unreadable, first, last };
}

async function* filesOf(
  store: Store,
  prefix: string,
  { from, to }: Partial<Period>,
): AsyncGenerator<CapturedFile> {
  const end = (to ?? new Date()).getTime();
  const days = from === undefined ? Number.POSITIVE_INFINITY : (end - from.getTime()) / DAY_IN_MS;
  if (from === undefined || days > MAX_LISTED_DAYS) {
    yield* store.list(prefix);
    return;
  }
  for (let day = Math.floor(from.getTime() / DAY_IN_MS); day * DAY_IN_MS <= end; day++) {
    yield* store.list(
      `${prefix}${new Date(day * DAY_IN_MS).toISOString().slice(0, 10).replaceAll("-", "/")}/`,
    );
  }
}

/** Whether a file can contain requests of the period. The folder is the hour of the requests. */
function canContain({ from, to }: Period, { path }: CapturedFile): boolean {
  const [, year, month, day, hour] = HOUR.exec(path) ?? [];
  if (year === undefined) return true;
  const start = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour));
  // SageMaker can write the last requests of an hour to the next folder.
  const isTooOld = from !== undefined && start + HOUR_IN_MS < from.getTime();
  const isTooNew = to !== undefined && start - HOUR_IN_MS >= to.getTime();
  return !isTooOld && !isTooNew;
}

function isIn({ from, to }: Period, time: Date): boolean {
  return (from === undefined || time >= from) && (to === undefined || time < to);
}

/**
 * The lines of a file. Firehose can compress files, with or without a suffix of their names.
 *
 * @throws DriftError if the file cannot be read to its end
 */
async function* linesOf(store: Store, file: CapturedFile): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const part of await contentOf(store, file)) {
      const lines = (rest + decoder.decode(part, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } catch (error) {
    if (isExpected(error)) throw error;
    throw new DriftError(
      `${store.name}/${file.path}: the file cannot be read to its end: ${messageOf(error)}`,
    );
  }
  yield rest + decoder.decode();
}

async function contentOf(store: Store, file: CapturedFile): Promise<AsyncIterable<Uint8Array>> {
  const parts: AsyncIterator<Uint8Array> = (await store.read(file))[Symbol.asyncIterator]();
  const first = await parts.next();
  async function* all(): AsyncGenerator<Uint8Array> {
    for (let part = first; part.done !== true; part = await parts.next()) yield part.value;
  }
  if (first.done === true || first.value[0] !== 0x1f || first.value[1] !== 0x8b) return all();
  const gunzip = createGunzip();
  // An error of the file becomes an error of `gunzip`, and so of its reader.
  pipeline(Readable.from(all()), gunzip, () => {});
  return gunzip;
}
