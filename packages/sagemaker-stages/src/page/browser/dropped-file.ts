/**
 * Lets a person drop a file anywhere on a form with a field for a file, and not only on the field. The field receives the file as if
 * the person had chosen it. A file beside such a form is refused: the browser would leave the page and show the file.
 */
export function acceptDroppedFiles(): void {
  const take = (event: DragEvent) => {
    const { dataTransfer, target, type } = event;
    // A view can handle the event, and a field for a file takes the file itself.
    if (event.defaultPrevented || !dataTransfer?.types.includes("Files")) return;
    // Firefox reports the text as the target, and the document outside of the page's elements.
    const element = target instanceof Element ? target : (target as Node).parentElement;
    if (element?.matches(FIELD)) return;
    event.preventDefault();
    const field = element?.closest("form")?.querySelector<HTMLInputElement>(FIELD);
    dataTransfer.dropEffect = field ? "copy" : "none";
    if (!field || type !== "drop") return;
    field.files = dataTransfer.files;
    for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
  };
  for (const type of ["dragover", "drop"] as const) addEventListener(type, take);
}

const FIELD = "input[type=file]:enabled";
