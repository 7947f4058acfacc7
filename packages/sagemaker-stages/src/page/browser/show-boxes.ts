import { type Box, readBoxes } from "../plan/boxes";
import { h, svg } from "./dom";

/** More boxes hide the image. The table of the answer has all boxes. */
const SHOWN_BOXES = 100;

/** The size of a label, as a part of the image's width. */
const LABEL_SIZE = 1 / 32;

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
    overlay.append(...boxes.slice(0, SHOWN_BOXES).flatMap((box) => drawBox(box, width * LABEL_SIZE)));
  });
  picture.addEventListener("error", () => element.remove());
  return { element, release: () => URL.revokeObjectURL(url) };
}

function drawBox({ label, score, left, top, width, height }: Box, size: number): SVGElement[] {
  const corner = { x: `${left}`, y: `${top}` };
  const text = score === undefined ? label : `${label} ${score.toFixed(2)}`;
  return [
    svg("rect", { ...corner, width: `${width}`, height: `${height}` }),
    // Below the upper edge of the box, so that the label of a box at the upper edge of the image is visible.
    svg("text", { ...corner, dx: `${size / 4}`, dy: `${size * 1.1}`, "font-size": `${size}` }, text),
  ];
}
