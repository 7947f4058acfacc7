import type { WebsiteConfig } from "../config";
import type { PublicDocument } from "../public-document";

/** The documents in the folder of the page. */
export interface Documents {
  readonly config: WebsiteConfig;
  readonly openApi: PublicDocument;
}

/** The timeout is long, because the page shows nothing without its documents. */
const TIMEOUT_IN_MS = 15_000;

/** @throws Error with a message for visitors, if a document cannot be read */
export async function readDocuments(): Promise<Documents> {
  const [config, openApi] = await Promise.all([read("config.json"), read("openapi.json")]);
  // The deployment that published this page wrote both documents, so that their types are known.
  return { config: config as WebsiteConfig, openApi: openApi as PublicDocument };
}

async function read(name: string): Promise<unknown> {
  const signal = AbortSignal.timeout(TIMEOUT_IN_MS);
  const response = await fetch(name, { credentials: "omit", cache: "no-cache", signal }).catch(() => {
    throw new Error(`${name} could not be loaded: no answer.`);
  });
  if (!response.ok) throw new Error(`${name} could not be loaded: status ${response.status}.`);
  try {
    return await response.json();
  } catch {
    throw new Error(`${name} could not be loaded: not JSON.`);
  }
}
