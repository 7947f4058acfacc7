import { describe, expect, it } from "@jest/globals";
import { readCommandLine, UsageError } from "../../src/lib/arguments";
import { readArguments, SMOKE } from "../../src/smoke/arguments";

const DEFAULTS = {
  environment: "dev",
  url: undefined,
  functionUrls: new Map(),
  outputsFile: undefined,
  waitInSeconds: 300,
};

describe("the command line of smoke", () => {
  it.each([
    ["dev", DEFAULTS],
    ["dev --wait 20", { ...DEFAULTS, waitInSeconds: 20 }],
    ["dev --outputs outputs.json", { ...DEFAULTS, outputsFile: "outputs.json" }],
    ["dev --url http://127.0.0.1:3000/dev/", { ...DEFAULTS, url: "http://127.0.0.1:3000/dev" }],
    [
      "dev --url https://example.com/dev --function-url language-check=http://[::1]:3001",
      {
        ...DEFAULTS,
        url: "https://example.com/dev",
        functionUrls: new Map([["language-check", "http://[::1]:3001/"]]),
      },
    ],
  ])("the command line is read: %s", (line, expected) => {
    // Prepare
    const words = line.split(" ");

    // Act
    const read = readArguments(readCommandLine(SMOKE, words));

    // Assess
    expect(read).toEqual(expected);
  });

  it.each([
    ["", "<environment>: got nothing; allowed: name of the environment"],
    ["dev prod", "word: got prod; allowed: <environment> and options"],
    ["dev --wait 0", "--wait: got 0; allowed: a whole number from 1 to 3600"],
    ["dev --wait 1.5", "--wait: got 1.5; allowed: a whole number from 1 to 3600"],
    ["dev --url example.com", "--url: got example.com; allowed: an https URL"],
    [
      "dev --url http://example.com/dev",
      "--url: got http://example.com/dev; allowed: an https URL, or an http",
    ],
    [
      "dev --url https://:secret@example.com/dev",
      "--url: got https://:secret@example.com/dev; allowed: an https URL",
    ],
    [
      "dev --url https://example.com/dev?a=b",
      "--url: got https://example.com/dev?a=b; allowed: an https URL",
    ],
    [
      "dev --function-url language-check=https://a.b/",
      "--function-url: got language-check=https://a.b/ without --url",
    ],
    [
      "dev --url https://a.b/ --outputs outputs.json",
      "--outputs: got outputs.json with --url https://a.b/; allowed: one of the two options",
    ],
    ["dev --url https://a.b/ --function-url https://a.b/", "--function-url: got "],
    [
      "dev --port 1",
      "option: got --port; allowed: --wait SECONDS, --url URL, --outputs FILE, --function-url MODEL=URL, --help",
    ],
  ])("the command line is refused: %s", (line, message) => {
    // Prepare
    const words = line.split(" ").filter((word) => word !== "");

    // Act
    const read = () => readArguments(readCommandLine(SMOKE, words));

    // Assess
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
  });
});
