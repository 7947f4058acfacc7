import { type Browser, chromium } from "playwright-core";
import { findChromium } from "../../../src/testing/chromium";

/** Chromium's own services send nothing over the network. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Starts the Chromium of this machine.
 *
 * @throws Error where there is no Chromium: the browser tests never pass without one
 */
export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({ executablePath: findChromium(), args: ARGUMENTS });
}
