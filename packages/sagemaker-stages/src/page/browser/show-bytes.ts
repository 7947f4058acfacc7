import { h } from "./dom";
import { extensionOf, size } from "./file-facts";
import type { PlacedAnswer } from "./placed-answer";

/** Bytes on the page. */
export interface BytesView {
  readonly element: HTMLElement;
  /** The media type and the size, e.g. `image/png, 12.3 KB`. */
  readonly description: string;
  /** Frees the memory of the bytes. */
  release(): void;
}

/** The number of bytes that the page shows of a file that is neither an image nor audio. */
const SHOWN_BYTES = 16;

/**
 * Shows bytes: an image, a player for audio, or the first bytes.
 *
 * @param name - the text alternative for screen readers, e.g. the name of the file
 */
export function bytesView(bytes: Blob, name: string): BytesView {
  const description = `${bytes.type || "bytes of an unknown type"}, ${size(bytes.size)}`;
  const [kind] = bytes.type.split("/");
  const facts = h("p", { class: "fine" }, description);
  if (kind !== "image" && kind !== "audio") {
    void showFirstBytes(bytes, facts);
    return { element: h("div", { class: "bytes" }, facts), description, release: () => {} };
  }
  const url = URL.createObjectURL(bytes);
  const media =
    kind === "image"
      ? h("img", { src: url, alt: name })
      : h("audio", { src: url, controls: true, "aria-label": name });
  media.addEventListener("error", () => {
    media.replaceWith(h("p", {}, `This file is not an ${bytes.type} that this browser can read.`));
  });
  media.addEventListener("load", () => {
    if (media instanceof HTMLImageElement)
      facts.append(`, ${media.naturalWidth} × ${media.naturalHeight} pixels`);
  });
  return {
    element: h("div", { class: "bytes" }, media, facts),
    description,
    release: () => URL.revokeObjectURL(url),
  };
}

async function showFirstBytes(bytes: Blob, facts: HTMLElement): Promise<void> {
  const first = new Uint8Array(await bytes.slice(0, SHOWN_BYTES).arrayBuffer());
  const hex = [...first].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  facts.append(h("br"), "First bytes: ", h("code", {}, hex), bytes.size > SHOWN_BYTES ? " …" : "");
}

/** Shows an answer of bytes, with a link to save it. @param name - the name of the file, without its extension */
export function showBytes(bytes: Blob, name: string): PlacedAnswer {
  const view = bytesView(bytes, "Answer of the model");
  const link = downloadLink(bytes, `${name}.${extensionOf(bytes.type)}`);
  return {
    content: [view.element, h("p", {}, link.element)],
    spoken: `Answered with ${view.description}.`,
    release: () => {
      view.release();
      link.release();
    },
  };
}

/** Creates a link that saves bytes as a file. */
function downloadLink(bytes: Blob, fileName: string): { element: HTMLElement; release(): void } {
  // If the link kept the type of the bytes, a browser could open an HTML page instead of saving the page.
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  return {
    element: h("a", { href: url, download: fileName }, `Save ${fileName}`),
    release: () => URL.revokeObjectURL(url),
  };
}
