import { describe, expect, it } from "@jest/globals";
import { readCommandLine } from "../../src/lib/arguments";
import { LOAD, readArguments } from "../../src/load/arguments";

const read = (...words: readonly string[]) => readArguments(readCommandLine(LOAD, words));

describe("the command line of load", () => {
  it("has defaults", () => {
    // Act and assess
    expect(read("dev", "--rate", "50")).toEqual({
      environment: "dev",
      model: undefined,
      rate: 50,
      seconds: 60,
      url: undefined,
      maxInFlight: 500,
      waitInSeconds: 300,
      p99InMs: undefined,
      sizes: [],
      folder: ".sagemaker-stages/load",
      json: false,
      dryRun: false,
      allowProtected: false,
    });
  });

  it("reads every option", () => {
    // Act and assess
    expect(
      read(
        ...["dev", "--model", "iris", "--rate", "5", "--seconds", "9", "--max-in-flight", "7", "--wait", "8"],
        ...[
          "--p99",
          "250",
          "--sizes",
          "4096,1024,4096",
          "--folder",
          "out",
          "--json",
          "--dry-run",
          "--protected",
        ],
      ),
    ).toEqual({
      environment: "dev",
      model: "iris",
      rate: 5,
      seconds: 9,
      url: undefined,
      maxInFlight: 7,
      waitInSeconds: 8,
      p99InMs: 250,
      sizes: [1024, 4096],
      folder: "out",
      json: true,
      dryRun: true,
      allowProtected: true,
    });
    expect(read("dev", "--rate", "5", "--url", "http://127.0.0.1:3000/dev/").url).toBe(
      "http://127.0.0.1:3000/dev",
    );
  });

  it.each([
    [["dev"], "--rate: got nothing; allowed: requests per second, a whole number from 1 to 1000"],
    [["dev", "--rate", "0"], "--rate: got 0; allowed: a whole number from 1 to 1000"],
    [["dev", "--rate", "1001"], "--rate: got 1001; allowed: a whole number from 1 to 1000"],
    [["dev", "--rate", "1.5"], "--rate: got 1.5; allowed: a whole number from 1 to 1000"],
    [["dev", "--rate", "5", "--seconds", "901"], "--seconds: got 901; allowed: a whole number from 1 to 900"],
    [["dev", "--rate", "5", "--max-in-flight", "1001"], "--max-in-flight: got 1001; allowed: a whole number"],
    [["dev", "--rate", "5", "--p99", "fast"], "--p99: got fast; allowed: a whole number from 1 to 60000"],
    [["dev", "--rate", "5", "--folder", ""], "--folder: got nothing; allowed: a folder, default"],
    [["dev", "--rate", "5", "--sizes", "1024"], "--sizes: got 1024; allowed: two or more of 1024, 2048"],
    [["dev", "--rate", "5", "--sizes", "1024,1500"], "--sizes: got 1024,1500; allowed: two or more of 1024"],
    [
      ["dev", "--rate", "5", "--url", "http://127.0.0.1:3000/dev", "--sizes", "1024,2048"],
      "--sizes: got 1024,2048 with --url; allowed: without --url only",
    ],
    ...[
      "https://www.example.com/dev",
      "ftp://127.0.0.1/dev",
      "http://a@127.0.0.1/dev",
      "http://:secret@127.0.0.1/dev",
      "http://127.0.0.1/dev?a",
      "dev",
    ].map((url): [string[], string] => [
      ["dev", "--rate", "5", "--url", url],
      `--url: got ${url}; allowed: the URL of a local stage on this machine`,
    ]),
  ])("refuses %j", (words, message) => {
    // Act and assess
    expect(() => read(...words)).toThrow(message);
  });
});
