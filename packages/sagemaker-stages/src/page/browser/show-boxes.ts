import { type Box, readBoxes } from "../plan/boxes";
import { h, svg } from "./dom";

/** More boxes hide the image. The table of the answer has all boxes. */
const SHOWN_BOXES = 100;

/** An image with the boxes of an answer. */
export interface BoxesView {
  readonly element: HTMLElement;
  /** Frees the memory of the image. */
  release(): void;
}

/**
 * Draws the boxes of an answer over the image that was sent. The table of the answer contains the same boxes as text.
 *
 * @returns `undefined` if the request is not an image, or if the answer is not a list of boxes
 */
export function showBoxes(sent: unknown, answer: unknown): BoxesView | undefined {
  const image = sent instanceof Blob && sent.type.startsWith("image/") ? sent : undefined;
  const boxes = readBoxes(answer);
  if (image === undefined || boxes === undefined) return undefined;
  const url = URL.createObjectURL(image);
  const count = boxes.length === 1 ? "1 box" : `${boxes.length} boxes`;
  const picture = h("img", { src: url, alt: `The image, with ${count}` });
  const overlay = svg("svg", { "aria-hidden": "true" });
  const element = h("div", { class: "boxes" }, picture, overlay);
  picture.addEventListener("load", () => {
    const { naturalWidth: width, naturalHeight: height } = picture;
    overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const shown = boxes.slice(0, SHOWN_BOXES);
    overlay.append(
      ...shown.map((box) =>
        svg("rect", {
          x: `${box.left}`,
          y: `${box.top}`,
          width: `${box.width}`,
          height: `${box.height}`,
        }),
      ),
    );
    element.append(...shown.map((box) => labelOf(box, width, height)));
  });
  picture.addEventListener("error", () => element.remove());
  return { element, release: () => URL.revokeObjectURL(url) };
}

/**
 * The label of a box: a text of the page, so that its size does not depend on the size of the image. The label begins at the left
 * edge of the box, or ends at the right edge of a box in the right half, and stays inside the image.
 */
function labelOf({ label, score, ...box }: Box, width: number, height: number): HTMLElement {
  const text = score === undefined ? label : `${label} ${score.toFixed(2)}`;
  const element = h("span", { "aria-hidden": "true" }, text);
  const isRight = box.left + box.width / 2 > width / 2;
  const inset = isRight ? 1 - (box.left + box.width) / width : box.left / width;
  element.style.setProperty(isRight ? "right" : "left", percent(inset));
  element.style.setProperty("--inset", percent(inset));
  element.style.setProperty("--top", percent(box.top / height));
  return element;
}

/** A part of the image, without the part of a box that is outside the image. */
function percent(part: number): string {
  return `${Math.min(1, Math.max(0, part)) * 100}%`;
}
