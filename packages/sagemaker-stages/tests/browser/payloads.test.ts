import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { Browser } from "playwright-core";
import { FILES, fileOf, type SentFile } from "../local/support/files";
import { PAYLOADS, payloadApp } from "../local/support/payload-app";
import type { ProjectCopy } from "../local/support/project";
import { RunningStage } from "../local/support/running-stage";
import { echoContainer } from "../support/containers/echo";
import { StandIn } from "../support/containers/stand-in";
import { launchChromium } from "./support/chromium";
import { hasFocus, ModelForm } from "./support/model-form";
import { type OpenPage, openPage, PATIENCE_IN_MS } from "./support/served-page";

jest.setTimeout(PATIENCE_IN_MS);

const LABELS = [
  { label: "negative", score: 0.0123 },
  { label: "positive", score: 0.9777 },
  { label: "neutral", score: 0.01 },
];

let browser: Browser;
let files: StandIn;
let labels: StandIn;
let houses: StandIn;
let project: ProjectCopy;
let stage: RunningStage;
let opened: OpenPage;

const json = (value: unknown) => ({
  status: 200,
  contentType: "application/json",
  body: JSON.stringify(value),
});

beforeAll(async () => {
  browser = await launchChromium();
  files = echoContainer();
  labels = new StandIn(() => json(LABELS));
  houses = new StandIn(({ body }) => ({
    status: 200,
    contentType: "text/csv",
    body: body
      .toString("utf8")
      .split("\n")
      .map((_, index) => `${400 + index}`)
      .join(","),
  }));
  await Promise.all([files.listen(), labels.listen(), houses.listen()]);
  project = payloadApp();
  stage = await RunningStage.serve(project, [
    PAYLOADS.name,
    ...["--container", `file-echo=${files.url}`],
    ...["--container", `text-labels=${labels.url}`],
    ...["--container", `house-price=${houses.url}`],
  ]);
});

afterAll(async () => {
  await browser?.close();
  await stage?.kill();
  await Promise.all([files, labels, houses].map((container) => container?.close()));
  project?.remove();
});

beforeEach(async () => {
  files.invocations.length = 0;
  opened = await openPage(browser, `${stage.url}/website/${PAYLOADS.name}/`);
});

afterEach(async () => {
  await opened.page.context().close();
});

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

function fileNamed(name: string): SentFile {
  const file = FILES.find((candidate) => candidate.name === name);
  if (file === undefined) throw new Error(`there is no file ${name}`);
  return file;
}

describe("the form of bytes", () => {
  let form: ModelForm;

  beforeEach(async () => {
    form = await new ModelForm(opened.page, "File echo").open();
  });

  const choose = async ({ bytes, contentType }: SentFile, name: string) =>
    await form.field("File").setInputFiles({ name, mimeType: contentType, buffer: bytes });

  it("the form shows a preview of an image, sends the image's bytes, and shows the image that the model answers", async () => {
    // Prepare
    const jpeg = fileNamed("a JPEG");
    const requested = opened.page.waitForRequest("**/dev/file-echo");

    // Act
    await choose(jpeg, "flower.jpg");
    const preview = form.form.getByRole("img", { name: "flower.jpg" });
    await preview.waitFor();
    const previewWidth = await preview.evaluate((image: HTMLImageElement) => image.naturalWidth);
    await form.send.click();
    const image = form.result.getByRole("img", { name: "Answer of the model" });
    await image.waitFor();
    await form.result.getByText("16 × 16 pixels").waitFor();

    // Assess
    const headers = await (await requested).allHeaders();
    expect(headers["content-type"]).toBe("image/jpeg");
    expect(headers.accept).toMatch(/^application\/octet-stream, .*, application\/json$/);
    expect(files.invocations.map(({ contentType, body }) => [contentType, sha256(body)])).toEqual([
      ["image/jpeg", sha256(jpeg.bytes)],
    ]);
    expect(previewWidth).toBe(16);
    expect(await image.evaluate((element: HTMLImageElement) => element.naturalWidth)).toBe(16);
    expect(await form.spoken.textContent()).toBe(`Answered with image/jpeg, ${jpeg.bytes.length} bytes.`);
    expect(opened.complaints).toEqual([]);
  });

  it("saves the bytes of the answer as a file", async () => {
    // Prepare
    const jpeg = fileNamed("a JPEG");
    await choose(jpeg, "flower.jpg");
    await form.send.click();

    // Act
    const download = opened.page.waitForEvent("download");
    await form.result.getByRole("link", { name: "Save file-echo.jpg" }).click();
    const saved = await download;
    const chunks: Buffer[] = [];
    for await (const chunk of await saved.createReadStream()) chunks.push(Buffer.from(chunk));

    // Assess
    expect(saved.suggestedFilename()).toBe("file-echo.jpg");
    expect(sha256(Buffer.concat(chunks))).toBe(sha256(jpeg.bytes));
    expect(opened.complaints).toEqual([]);
  });

  it("starts audio before and after the form is sent", async () => {
    // Prepare
    const wav = fileNamed("a WAV");

    // Act
    await choose(wav, "tone.wav");
    await form.form.getByLabel("tone.wav").waitFor();
    await form.send.click();
    const audio = form.result.getByLabel("Answer of the model");
    await audio.waitFor();
    await audio.evaluate(
      async (element: HTMLAudioElement) =>
        await new Promise((resolve, reject) => {
          if (element.readyState > 0) resolve(undefined);
          element.addEventListener("loadedmetadata", resolve);
          element.addEventListener("error", () =>
            reject(new Error("the browser does not support the audio of the answer")),
          );
        }),
    );

    // Assess
    expect(await audio.evaluate((element: HTMLAudioElement) => element.duration)).toBeCloseTo(0.1);
    expect(sha256(files.invocations[0]?.body ?? Buffer.alloc(0))).toBe(sha256(wav.bytes));
    expect(opened.complaints).toEqual([]);
  });

  it("the form shows name, type, size and first bytes of another file, and derives the type from the file's extension", async () => {
    // Prepare
    const npy = fileNamed("an NPY");

    // Act
    // Browsers do not support the media type of this extension.
    await choose({ ...npy, contentType: "" }, "tensor.npy");
    await form.form.getByText("First bytes: 93 4e 55 4d 50 59").waitFor();
    const preview = await form.form.locator(".preview").innerText();
    await form.send.click();
    const answer = await form.answer();

    // Assess
    expect(preview).toContain(`application/x-npy, ${npy.bytes.length} bytes`);
    expect(files.invocations.map(({ contentType, body }) => [contentType, sha256(body)])).toEqual([
      ["application/x-npy", sha256(npy.bytes)],
    ]);
    expect(answer).toContain(`application/x-npy, ${npy.bytes.length} bytes`);
    expect(answer).toContain("Save file-echo.npy");
    expect(opened.complaints).toEqual([]);
  });

  it("shows an answer in text as text", async () => {
    // Act
    await choose({ name: "csv", contentType: "text/csv", bytes: Buffer.from("a,b\n1,<2>\n") }, "rows.csv");
    await form.send.click();

    // Assess
    expect(await form.answer()).toContain("a,b\n1,<2>");
    expect(opened.complaints).toEqual([]);
  });

  it("the form is not sent without a file, and the field gets the reason and the focus", async () => {
    // Act
    await form.send.click();

    // Assess
    await form.form.getByText("Choose one file.").waitFor();
    expect(await hasFocus(form.field("File"))).toBe(true);
    expect(files.invocations).toHaveLength(0);
  });

  it("the form refuses an empty file, and does not send the file", async () => {
    // Act
    await choose({ name: "empty", contentType: "image/jpeg", bytes: Buffer.alloc(0) }, "empty.jpg");
    await form.send.click();

    // Assess
    await form.form.getByText("empty.jpg: got an empty file; allowed: at least 1 byte.").waitFor();
    expect(await form.field("File").getAttribute("aria-invalid")).toBe("true");
    expect(files.invocations).toHaveLength(0);
  });

  it("shows the limit of the stage when the file is one byte too large", async () => {
    // Act
    await choose(fileOf(4 * 1024 * 1024 + 1), "large.bin");
    await form.send.click();
    const failure = await form.failure();

    // Assess
    expect(failure).toContain("The input is too large");
    expect(failure).toContain("at most 4194304");
  });

  it("replaces the preview with the preview of the next file", async () => {
    // Prepare
    await choose(fileNamed("a JPEG"), "flower.jpg");
    await form.form.getByRole("img", { name: "flower.jpg" }).waitFor();

    // Act
    await choose(fileNamed("a WAV"), "tone.wav");
    await form.form.getByLabel("tone.wav").waitFor();

    // Assess
    expect(await form.form.getByRole("img").count()).toBe(0);
  });

  it.each([
    [
      "another type",
      { name: "text", contentType: "text/plain", bytes: Buffer.from("no image") },
      "notes.txt",
      "notes.txt: got text/plain; allowed: image/jpeg.",
    ],
    [
      "too many bytes",
      { name: "large", contentType: "image/jpeg", bytes: Buffer.alloc(1_025) },
      "large.jpg",
      "large.jpg: got 1,025 bytes; allowed: at most 1,024 bytes.",
    ],
  ])(
    "the form refuses a file of %s, does not send the file, and states the allowed files",
    async (_, file, name, reason) => {
      // Prepare
      await opened.page.route("**/openapi.json", async (route) => {
        const document = await (await route.fetch()).json();
        document.paths["/file-echo"].post.requestBody.content = {
          "image/jpeg": { schema: { type: "string", format: "binary", maxLength: 1_024 } },
        };
        await route.fulfill({ json: document });
      });
      await opened.page.reload();
      await opened.page.locator("#footer").waitFor();
      await form.open();

      // Act
      await choose(file, name);
      await form.form.getByText(reason).waitFor();
      const announced = await form.spoken.textContent();
      await form.send.click();

      // Assess
      expect(announced).toBe(reason);
      expect(await form.form.getByText("image/jpeg, at most 1,024 bytes").isVisible()).toBe(true);
      expect(await hasFocus(form.field("File"))).toBe(true);
      expect(files.invocations).toHaveLength(0);
    },
  );
});

describe("an answer of labels with scores", () => {
  it("the answer has a bar for each label with its score, the highest score first, and the JSON that the model answered", async () => {
    // Prepare
    const form = await new ModelForm(opened.page, "Text labels").open();

    // Act
    await form.field("text").fill("A good day.");
    await form.send.click();
    await form.answer();
    const bars = await form.result.locator(".bars li").evaluateAll((items) =>
      items.map((item) => ({
        text: item.textContent,
        share: item.querySelector<HTMLElement>(".bar")?.style.getPropertyValue("--share"),
      })),
    );
    const json = await form.answeredJson();

    // Assess
    expect(bars).toEqual([
      { text: "positive 0.9777", share: "0.9777" },
      { text: "negative 0.0123", share: "0.0123" },
      { text: "neutral 0.01", share: "0.01" },
    ]);
    expect(await form.spoken.textContent()).toBe("Highest score: positive, 0.9777.");
    expect(json).toEqual(LABELS);
    expect(opened.complaints).toEqual([]);
  });
});

describe("the form of JSON without named columns", () => {
  let form: ModelForm;

  beforeEach(async () => {
    form = await new ModelForm(opened.page, "House price").open();
  });

  it("the form has a text area with the example, and shows each prediction next to its input", async () => {
    // Prepare
    const area = form.field("houses JSON");
    const example = await area.inputValue();

    // Act
    await area.fill("[[100, 4], [50, 2]]");
    await form.send.click();
    const table = await form.answeredTable();

    // Assess
    expect(JSON.parse(example)).toEqual([[100, 4]]);
    expect(table).toEqual([
      ["houses", "answer"],
      ["[100,4]", "400"],
      ["[50,2]", "401"],
    ]);
    expect(opened.complaints).toEqual([]);
  });

  it("the form is not sent when the JSON is broken, and the field gets the reason and the focus", async () => {
    // Prepare
    const area = form.field("houses JSON");

    // Act
    await area.fill("[[100, 4]");
    await form.send.click();

    // Assess
    await form.form.getByText("This must be JSON.").waitFor();
    expect(await area.getAttribute("aria-invalid")).toBe("true");
    expect(await hasFocus(area)).toBe(true);
    expect(await form.result.isVisible()).toBe(false);
  });
});

describe("a model that the echo stand-in answers for", () => {
  it("the model has a note that its answers are not predictions, and no other model has the note", async () => {
    // Prepare
    const note = (title: string) =>
      opened.page
        .getByRole("form", { name: title })
        .getByText("Answers are not predictions: the echo stand-in returned");

    // Act
    await new ModelForm(opened.page, "Tensor double").open();
    await new ModelForm(opened.page, "Text labels").open();

    // Assess
    expect(await note("Tensor double").isVisible()).toBe(true);
    expect(await note("Text labels").count()).toBe(0);
  });
});
