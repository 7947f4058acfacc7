import type { WebsiteConfig } from "../config";
import type { PublicDocument } from "../public-document";

/** The documents that are served beside the page. */
export interface Documents {
  readonly config: WebsiteConfig;
  readonly openApi: PublicDocument;
}

/** Long, because the page shows nothing without its documents. */
const PATIENCE_IN_MS = 15_000;

/** @throws Error, with a message for visitors, where one of the two cannot be read */
export async function readDocuments(): Promise<Documents> {
  const [config, openApi] = await Promise.all([read("config.json"), read("openapi.json")]);
  // The deployment that published this page wrote both documents, so that their types are known.
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
