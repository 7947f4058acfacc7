import { type Browser, chromium } from "playwright-core";
import { findChromium } from "../../../src/testing/chromium";

/** Turns off Chromium's own services, so that the browser sends nothing over the network. */
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
 * @throws Error if Chromium is missing, so that browser tests never pass without a browser
 */
export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({ executablePath: findChromium(), args: ARGUMENTS });
}
