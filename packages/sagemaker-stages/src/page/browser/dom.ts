/** A child of an element. The page never interprets a string as markup. */
export type Child = Node | string;

/** Attributes. `true` sets an attribute without a value. `false` and `undefined` omit the attribute. */
export type Attributes = Readonly<Record<string, string | boolean | undefined>>;

/**
 * Creates an HTML element with attributes and children.
 *
 * @example h("p", { class: "lead" }, "This is ", h("b", {}, "Iris setosa"), ".")
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  return withParts(document.createElement(tag), attributes, children);
}

/**
 * Creates an SVG element with attributes and children.
 *
 * @example svg("svg", { viewBox: "0 0 10 10" }, svg("circle", { cx: "5", cy: "5", r: "4" }))
 */
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
 * Finds an element of `index.html`.
 *
 * @throws Error if the page has no element with this id and kind
 */
export function find<Some extends Element>(id: string, kind: new () => Some): Some {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`index.html: got no ${kind.name} with the id ${id}`);
  return element;
}
