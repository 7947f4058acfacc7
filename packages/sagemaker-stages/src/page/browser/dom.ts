/** A child of an element. A text stays text: nothing on this page turns text into markup. */
export type Child = Node | string;

/** Attributes. `true` stands for an attribute without a value; an attribute that is `false` or `undefined` is left out. */
export type Attributes = Readonly<Record<string, string | boolean | undefined>>;

/** An element with its attributes and children. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  return withParts(document.createElement(tag), attributes, children);
}

/** As `h`, for drawings. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  return withParts(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function withParts<Some extends Element>(
  element: Some,
  attributes: Attributes,
  children: readonly Child[],
): Some {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/**
 * An element of `index.html`.
 *
 * @throws Error where the page has none of this id and kind
 */
export function find<Some extends Element>(id: string, kind: new () => Some): Some {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`index.html: got no ${kind.name} with the id ${id}`);
  return element;
}
