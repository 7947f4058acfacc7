import { describe, expect, it } from "@jest/globals";
import { bytes } from "../../../src/contracts/bytes";
import { acceptOf, extensionOf, readFileFacts, size } from "../../../src/page/browser/file-facts";
import { planRoutes } from "../../../src/page/plan/form-plan";
import { documentOf, everyRoute } from "../support/documents";

const IMAGES = ["image/jpeg", "image/png"];
const plan = (mediaTypes: readonly string[], maxBytes?: number) => ({ mediaTypes, maxBytes });

describe("the form of bytes", () => {
  it("the form has the media types and the limit of the contract, and no field for the JSON of bytes", () => {
    // Prepare
    const document = documentOf({
      faces: bytes({
        takes: ["image/jpeg", "image/png"],
        maxBytes: 1_000,
        answer: ["image/png"],
        example: { answer: { contentType: "image/png", base64: "AAEC" } },
      }),
    });

    // Act
    const [route] = planRoutes(document);

    // Assess
    expect(route).toMatchObject({
      fields: [],
      bytes: { mediaTypes: IMAGES, maxBytes: 1_000 },
      answerTypes: ["image/png"],
    });
  });

  it("the form does not exist for a route without bytes", () => {
    // Act
    const routes = planRoutes(everyRoute());

    // Assess
    expect(routes.map((route) => [route.bytes, route.answerTypes])).toEqual(
      routes.map(() => [undefined, []]),
    );
  });
});

describe("a chosen file", () => {
  it.each([
    ["its own type", IMAGES, { name: "a.bin", type: "image/png" }, "image/png"],
    ["the other name of its type", ["audio/x-wav"], { name: "a.wav", type: "audio/wav" }, "audio/x-wav"],
    [
      "the type of its extension",
      ["text/csv", "application/x-npy"],
      { name: "a.NPY", type: "" },
      "application/x-npy",
    ],
    [
      "the type of its extension when the browser names no particular type",
      ["application/octet-stream", "application/x-npy"],
      { name: "a.npy", type: "application/octet-stream" },
      "application/x-npy",
    ],
    [
      "the only type when its type is unknown",
      ["application/x-image"],
      { name: "a.xyz", type: "" },
      "application/x-image",
    ],
    [
      "octets when any file is allowed",
      ["application/octet-stream"],
      { name: "a.txt", type: "text/plain" },
      "application/octet-stream",
    ],
  ])("the file is sent with %s", (_, mediaTypes, file, mediaType) => {
    // Act
    const facts = readFileFacts(plan(mediaTypes), { ...file, size: 1 });

    // Assess
    expect(facts).toEqual({ mediaType });
  });

  it.each([
    [
      "of another type",
      { type: "application/pdf", size: 1 },
      "a.x: got application/pdf; allowed: image/jpeg, image/png.",
    ],
    [
      "of an unknown type",
      { type: "", size: 1 },
      "a.x: got an unknown type; allowed: image/jpeg, image/png.",
    ],
    ["without bytes", { type: "image/png", size: 0 }, "a.x: got an empty file; allowed: at least 1 byte."],
    [
      "with one byte too many",
      { type: "image/png", size: 2_001 },
      "a.x: got 2,001 bytes; allowed: at most 2,000 bytes.",
    ],
  ])("the file %s is refused", (_, facts, fault) => {
    // Act
    const read = readFileFacts(plan(IMAGES, 2_000), { name: "a.x", ...facts });

    // Assess
    expect(read).toEqual({ fault });
  });

  it("the file can have as many bytes as the limit", () => {
    // Act
    const read = readFileFacts(plan(IMAGES, 2_000), { name: "a.png", type: "image/png", size: 2_000 });

    // Assess
    expect(read).toEqual({ mediaType: "image/png" });
  });

  it("the browser offers files of the types and extensions, and for octets every file", () => {
    // Act
    const values = [acceptOf(["image/jpeg", "application/x-npy"]), acceptOf(["application/octet-stream"])];

    // Assess
    expect(values).toEqual(["image/jpeg,.jpg,application/x-npy,.npy", undefined]);
  });
});

describe("the extension of a file", () => {
  it.each([
    ["image/jpeg", "jpg"],
    ["image/svg+xml", "svg"],
    ["audio/x-wav", "wav"],
    ["application/octet-stream", "bin"],
    ["application/x-npy", "npy"],
  ])("the extension of %s is %s", (mediaType, expected) => {
    // Act
    const extension = extensionOf(mediaType);

    // Assess
    expect(extension).toBe(expected);
  });
});

describe("a number of bytes", () => {
  it.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [1_023, "1023 bytes"],
    [1_024, "1 KB"],
    [12_595, "12.3 KB"],
    [4_194_304, "4 MB"],
    [5e12, "4656.6 GB"],
  ])("%d bytes are shown as %s", (bytes, expected) => {
    // Act
    const text = size(bytes);

    // Assess
    expect(text).toBe(expected);
  });
});
