import type { BytesPlan } from "../plan/bytes-plan";
import { announce } from "./announce";
import { h } from "./dom";
import { field } from "./field";
import { acceptOf, readFileFacts } from "./file-facts";
import type { FileField } from "./parts";
import { bytesView } from "./show-bytes";

/** Creates a field for one file, with a preview. */
export function fileField(plan: BytesPlan, id: string, onChange: () => void): FileField {
  const { mediaTypes, maxBytes } = plan;
  const input = h("input", { id, name: id, type: "file", accept: acceptOf(mediaTypes) });
  const limit = maxBytes === undefined ? "" : `, at most ${maxBytes.toLocaleString("en")} bytes`;
  // A touch screen has nothing to drag.
  const canDrop = matchMedia("(pointer: fine)").matches;
  const { element, setFault, focus } = field(
    input,
    h("label", { for: id }, "File"),
    `${mediaTypes.join(", ")}${limit}${canDrop ? ". You can drop the file on the form." : ""}`,
  );
  const preview = h("div", { class: "preview", hidden: true });
  element.append(preview);
  let release = () => {};

  // A person can drop several files. The browser itself lets a person choose only one.
  const chosen = () => (input.files?.length === 1 ? input.files[0] : undefined);
  const check = (): Blob | undefined => {
    const file = chosen();
    const facts = file === undefined ? { fault: "Choose one file." } : readFileFacts(plan, file);
    if (file !== undefined && "mediaType" in facts) return file.slice(0, file.size, facts.mediaType);
    setFault("fault" in facts ? facts.fault : undefined);
    return undefined;
  };
  input.addEventListener("change", () => {
    release();
    release = () => {};
    preview.replaceChildren();
    const file = chosen();
    const blob = file === undefined ? undefined : check();
    preview.hidden = blob === undefined;
    if (file !== undefined && blob !== undefined) {
      const view = bytesView(blob, file.name);
      preview.append(view.element);
      release = view.release;
      announce(`${file.name}: ${view.description}.`);
    } else if (file !== undefined) {
      announce(element.querySelector(".fault")?.textContent ?? "");
    }
    onChange();
  });
  return {
    element,
    get hasFile() {
      return chosen() !== undefined;
    },
    read: () => {
      const blob = check();
      if (blob === undefined) focus();
      return blob;
    },
  };
}
