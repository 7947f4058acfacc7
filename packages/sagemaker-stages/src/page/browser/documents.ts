import type { WebsiteConfig } from "../config";
import type { PublicDocument } from "../public-document";

/** What the page is told where it is served. */
export interface Documents {
  readonly config: WebsiteConfig;
  readonly openApi: PublicDocument;
}

/** They come from beside the page, which has just come; without them the page has nothing to show. */
const PATIENCE_IN_MS = 15_000;

/** @throws Error, for people, where one of the two cannot be read */
export async function readDocuments(): Promise<Documents> {
  const [config, openApi] = await Promise.all([read("config.json"), read("openapi.json")]);
  // Written by whoever published this page, together with it: they are of one make.
  return { config: config as WebsiteConfig, openApi: openApi as PublicDocument };
}

async function read(name: string): Promise<unknown> {
  const signal = AbortSignal.timeout(PATIENCE_IN_MS);
  const response = await fetch(name, { credentials: "omit", cache: "no-cache", signal }).catch(() => {
    throw new Error(`${name} could not be fetched: nothing answered.`);
  });
  if (!response.ok) throw new Error(`${name} could not be fetched: the answer was ${response.status}.`);
  try {
    return await response.json();
  } catch {
    throw new Error(`${name} could not be read: it is no JSON.`);
  }
}
