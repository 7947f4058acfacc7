import { describe, expect, it } from "@jest/globals";
import { findChromium } from "./support/chromium";

describe("a machine without Chromium", () => {
  it("is told what to install", () => {
    // Act
    const act = () => findChromium({ PATH: "/nowhere" });

    // Assess
    expect(act).toThrow("The browser tests need Chromium: install chromium, chromium-browser, google-chrome");
  });

  it("is told where CHROMIUM leads nowhere", () => {
    // Act
    const act = () => findChromium({ CHROMIUM: "/nowhere/chromium", PATH: process.env.PATH });

    // Assess
    expect(act).toThrow("CHROMIUM: got /nowhere/chromium; allowed:");
  });
});
