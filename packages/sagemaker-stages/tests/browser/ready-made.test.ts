import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { Browser, Locator } from "playwright-core";
import { FILES, type SentFile } from "../local/support/files";
import type { ProjectCopy } from "../local/support/project";
import { RunningStage } from "../local/support/running-stage";
import { StandIn } from "../support/containers/stand-in";
import { launchChromium } from "./support/chromium";
import { ModelForm } from "./support/model-form";
import { READY_MADE, readyMadeApp } from "./support/ready-made-app";
import { type OpenPage, openPage, PATIENCE_IN_MS } from "./support/served-page";

jest.setTimeout(PATIENCE_IN_MS);

let browser: Browser;
let boxes: StandIn;
let faces: StandIn;
let iris: StandIn;
let project: ProjectCopy;
let stage: RunningStage;
let opened: OpenPage;

/** A box in an image, as the answer of an object detection contains it. */
const boxOf = (label: string, [xmin, ymin, xmax, ymax]: readonly [number, number, number, number]) => ({
  label,
  score: 0.91,
  box: { xmin, ymin, xmax, ymax },
});

/** One cat in the left upper quarter of an image of 16 × 16 pixels. */
const CAT = boxOf("cat", [0, 0, 8, 8]);

/** The answer of the object detection. */
let found = [CAT];

const json = (value: unknown) => ({
  status: 200,
  contentType: "application/json",
  body: JSON.stringify(value),
});

beforeAll(async () => {
  browser = await launchChromium();
  faces = new StandIn(() => json({ faces: 3 }));
  boxes = new StandIn(() => json(found));
  iris = new StandIn(({ body }) => json(JSON.parse(body.toString("utf8")).map(() => [0.9, 0.1, 0])));
  await Promise.all([boxes.listen(), faces.listen(), iris.listen()]);
  project = readyMadeApp();
  stage = await RunningStage.serve(project, [
    READY_MADE.name,
    ...["--container", `boxes=${boxes.url}`],
    ...["--container", `faces=${faces.url}`],
    ...["--container", `iris=${iris.url}`],
  ]);
});

afterAll(async () => {
  await browser?.close();
  await stage?.kill();
  await Promise.all([boxes?.close(), faces?.close(), iris?.close()]);
  project?.remove();
});

beforeEach(async () => {
  found = [CAT];
  opened = await openPage(browser, `${stage.url}/website/${READY_MADE.name}/`);
});

afterEach(async () => {
  expect(opened.complaints).toEqual([]);
  await opened.page.context().close();
});

const form = async (title: string) => await new ModelForm(opened.page, title).open();

describe("the page of ready-made contracts", () => {
  it("the page draws the boxes of an answer over the image that was sent, and shows them in a table", async () => {
    // Prepare
    const detection = await form("Boxes");
    const jpeg = FILES.find(({ name }) => name === "a JPEG") as SentFile;
    const file = { name: "cat.jpg", mimeType: jpeg.contentType, buffer: jpeg.bytes };
    await detection.field("File").setInputFiles(file);

    // Act
    await detection.send.click();
    const image = detection.result.getByRole("img", { name: "The image, with 1 box" });
    await image.waitFor();
    const overlay = detection.result.locator(".boxes svg");
    const box = overlay.locator("rect");
    await box.waitFor({ state: "attached" });

    // Assess
    expect(await overlay.getAttribute("viewBox")).toBe("0 0 16 16");
    expect(await overlay.boundingBox()).toEqual(await image.boundingBox());
    expect(
      await box.evaluate(({ attributes }) => [...attributes].map(({ name, value }) => [name, value])),
    ).toEqual([
      ["x", "0"],
      ["y", "0"],
      ["width", "8"],
      ["height", "8"],
    ]);
    expect(await detection.result.locator(".boxes span").textContent()).toBe("cat 0.91");
    expect(await detection.result.locator("tbody td").allInnerTexts()).toEqual([
      "cat",
      "0.91",
      '{"xmin":0,"ymin":0,"xmax":8,"ymax":8}',
    ]);
  });

  it("the labels of boxes are inside the image and have the size of a text, also in a tall image on a phone", async () => {
    // Prepare
    found = [
      boxOf("a cat at the left upper corner", [-5, -5, 80, 90]),
      boxOf("a cat at the right lower corner", [280, 2_990, 300, 3_000]),
      boxOf("c".repeat(80), [20, 1_500, 60, 1_600]),
    ];
    await opened.page.setViewportSize({ width: 360, height: 640 });
    const data = await opened.page.evaluate(() => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 300, height: 3_000 });
      canvas.getContext("2d")?.fillRect(0, 0, 300, 3_000);
      return canvas.toDataURL("image/jpeg").replace(/^.*,/, "");
    });
    const detection = await form("Boxes");
    const file = { name: "tall.jpg", mimeType: "image/jpeg", buffer: Buffer.from(data, "base64") };
    await detection.field("File").setInputFiles(file);

    // Act
    await detection.send.click();
    const labels = detection.result.locator(".boxes span");
    await labels.last().waitFor({ state: "attached" });
    const image = await detection.result.locator(".boxes img").boundingBox();
    const places = await Promise.all((await labels.all()).map((label) => label.boundingBox()));

    // Assess
    if (image === null) throw new Error("there is no image");
    expect(places).toHaveLength(3);
    for (const place of places) {
      if (place === null) throw new Error("a label is not visible");
      expect(place.height).toBeCloseTo(19.5, 0);
      expect(place.x).toBeGreaterThanOrEqual(image.x - 0.5);
      expect(place.y).toBeGreaterThanOrEqual(image.y - 0.5);
      expect(place.x + place.width).toBeLessThanOrEqual(image.x + image.width + 0.5);
      expect(place.y + place.height).toBeLessThanOrEqual(image.y + image.height + 0.5);
    }
  });

  it("the page has a table of the features for rows, and shows a bar for each class of each row", async () => {
    // Prepare
    const rows = await form("Iris");
    const headings = await rows.form.locator("thead th").allInnerTexts();
    await rows.form.getByRole("button", { name: "Add row" }).click();
    for (const [name, value] of Object.entries({
      "sepal length": "6.3",
      "sepal width": "3.3",
      "petal length": "6",
      "petal width": "2.5",
    })) {
      await rows.field(`${name}, row 2`).fill(value);
    }

    // Act
    await rows.send.click();
    await rows.answer();

    // Assess
    expect(headings).toEqual(["Row", "sepal length", "sepal width", "petal length", "petal width"]);
    expect(JSON.parse(iris.invocations.at(-1)?.body.toString("utf8") ?? "")[1]).toEqual([6.3, 3.3, 6, 2.5]);
    expect(await rows.result.getByRole("heading").allInnerTexts()).toEqual([
      expect.stringMatching(/^[\d.]+(, [\d.]+){3}$/),
      "6.3, 3.3, 6, 2.5",
    ]);
    expect(await rows.result.locator(".bars").first().locator("li").allTextContents()).toEqual([
      "setosa 0.9",
      "versicolor 0.1",
      "virginica 0",
    ]);
  });

  it("the page has a text area for a task with texts, and a bar for each label of the answer", async () => {
    // Act
    const mood = await form("Mood");
    const tag = await mood.field("inputs").evaluate((element) => element.tagName);
    await mood.field("inputs").fill("I like it.");
    await mood.field("parameters").fill("");
    await mood.send.click();
    await mood.answer();

    // Assess
    expect(tag).toBe("TEXTAREA");
    expect(await mood.result.locator(".bars li").count()).toBeGreaterThan(0);
  });

  it("the page has a file field with the types and the limit for bytes, sends the file, and shows the answer's members", async () => {
    // Prepare
    const jpeg = FILES.find(({ contentType }) => contentType === "image/jpeg") as SentFile;
    const files = await form("Faces");

    // Act
    await files.field("File").setInputFiles({ name: "a.jpg", mimeType: "image/jpeg", buffer: jpeg.bytes });
    const accept = await files.field("File").getAttribute("accept");
    const hint = await files.form.getByText("image/jpeg, image/png, at most").innerText();
    await files.send.click();
    const answer = await files.answer();

    // Assess
    const sha256 = (bytes?: Buffer) =>
      createHash("sha256")
        .update(bytes ?? "")
        .digest("hex");
    expect(accept).toBe("image/jpeg,.jpg,image/png,.png");
    expect(hint).toBe("image/jpeg, image/png, at most 1,000,000 bytes. You can drop the file on the form.");
    expect(sha256(faces.invocations.at(-1)?.body)).toBe(sha256(jpeg.bytes));
    expect(answer).toMatch(/^faces\s+3/);
    expect(await files.answeredJson()).toEqual({ faces: 3 });
  });

  /** Drags files over an element and drops them. @returns whether the page, and not the browser, handles the drop */
  async function drop(on: Locator, files: readonly { readonly name: string; readonly bytes: Buffer }[]) {
    return on.evaluate(
      (element, dropped) => {
        const dataTransfer = new DataTransfer();
        for (const { name, base64 } of dropped) {
          const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
          dataTransfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
        }
        const dispatch = (type: string) =>
          element.dispatchEvent(
            new DragEvent(type, { bubbles: true, cancelable: true, composed: true, dataTransfer }),
          );
        dispatch("dragover");
        return !dispatch("drop");
      },
      files.map(({ name, bytes }) => ({ name, base64: bytes.toString("base64") })),
    );
  }

  it("the page sends a file that a person drops on the form, beside the field", async () => {
    // Prepare
    const jpeg = FILES.find(({ contentType }) => contentType === "image/jpeg") as SentFile;
    const files = await form("Faces");
    const before = faces.invocations.length;

    // Act
    const isHandled = await drop(files.send, [{ name: "dropped.jpg", bytes: jpeg.bytes }]);
    await files.send.click();
    await files.answer();
    const notice = files.form.getByText("You changed the input since this answer.");
    const isHiddenAfterAnswer = await notice.isHidden();
    await drop(files.send, [{ name: "next.jpg", bytes: jpeg.bytes }]);

    // Assess
    expect([isHandled, isHiddenAfterAnswer, await notice.isVisible()]).toEqual([true, true, true]);
    expect(faces.invocations).toHaveLength(before + 1);
    expect(faces.invocations.at(-1)?.body.equals(jpeg.bytes)).toBe(true);
  });

  it("the page refuses several dropped files, and does not send a file", async () => {
    // Prepare
    const jpeg = FILES.find(({ contentType }) => contentType === "image/jpeg") as SentFile;
    const files = await form("Faces");
    const before = faces.invocations.length;

    // Act
    await drop(files.send, [
      { name: "one.jpg", bytes: jpeg.bytes },
      { name: "two.jpg", bytes: jpeg.bytes },
    ]);
    await files.send.click();

    // Assess
    await files.form.getByText("Choose one file.").waitFor();
    expect(faces.invocations).toHaveLength(before);
  });

  it("the page keeps the browser from showing a file that a person drops beside a form", async () => {
    // Prepare
    const files = await form("Faces");

    // Act
    const isHandled = await drop(opened.page.locator("h1"), [{ name: "a.jpg", bytes: Buffer.from("a") }]);
    // Firefox reports the text as the target.
    const isTextHandled = await opened.page.locator("h1").evaluate((heading) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["a"], "a.jpg"));
      const event = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer });
      return heading.firstChild?.dispatchEvent(event) === false;
    });

    // Assess
    expect([isHandled, isTextHandled]).toEqual([true, true]);
    expect(await files.field("File").inputValue()).toBe("");
  });

  it("the page refuses a file that is one byte over the contract's limit, and does not send the file", async () => {
    // Prepare
    const files = await form("Faces");
    const before = faces.invocations.length;

    // Act
    await files
      .field("File")
      .setInputFiles({ name: "a.jpg", mimeType: "image/jpeg", buffer: Buffer.alloc(1_000_001) });
    await files.send.click();

    // Assess
    await files.form.getByText("a.jpg: got 1,000,001 bytes; allowed: at most 1,000,000 bytes.").waitFor();
    expect(faces.invocations).toHaveLength(before);
  });

  it("the page has a text area for a text, and shows a text as the answer", async () => {
    // Act
    const notes = await form("Notes");
    const tag = await notes.field("text").evaluate((element) => element.tagName);
    await notes.send.click();
    const answer = await notes.answer();

    // Assess
    expect(tag).toBe("TEXTAREA");
    expect(answer).toMatch(/^zwei/);
    expect(await notes.spoken.textContent()).toBe("Answered: zwei");
  });

  it("the page has a text area with the example for JSON that passes through, and states that a stand-in answers", async () => {
    // Act
    const raw = await form("Raw");
    const example = await raw.field("Body JSON").inputValue();
    await raw.send.click();
    const answer = await raw.answer();

    // Assess
    expect(JSON.parse(example)).toEqual({ x: 1 });
    expect(answer).toMatch(/^y\s+2/);
    expect(await raw.form.getByText("Answers are not predictions: the example stand-in").isVisible()).toBe(
      true,
    );
  });
});
