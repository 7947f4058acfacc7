import type { WebsiteConfig } from "../config";
import type { PublicDocument } from "../public-document";

/** What the page is told where it is served. */
export interface Documents {
  readonly config: WebsiteConfig;
  readonly openApi: PublicDocument;
}

/** @throws Error, for people, where one of the two cannot be read */
export async function readDocuments(): Promise<Documents> {
  const [config, openApi] = await Promise.all([read("config.json"), read("openapi.json")]);
  // Written by whoever published this page, together with it: they are of one make.
  return { config: config as WebsiteConfig, openApi: openApi as PublicDocument };
}

async function read(name: string): Promise<unknown> {
  const response = await fetch(name, { credentials: "omit", cache: "no-cache" }).catch(() => {
    throw new Error(`${name} could not be fetched: nothing answered.`);
  });
  if (!response.ok) throw new Error(`${name} could not be fetched: the answer was ${response.status}.`);
  try {
    return await response.json();
  } catch {
    throw new Error(`${name} could not be read: it is no JSON.`);
  }
}
