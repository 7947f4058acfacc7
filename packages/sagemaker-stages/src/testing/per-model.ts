/** Lines of text with a title. */
export interface Block {
  readonly title: string;
  readonly lines: readonly string[];
}

interface Member {
  readonly model: string | undefined;
  readonly lines: readonly string[];
}

/** A text without the hashes at the end of CDKTF's names. The path of a construct already identifies a name. */
export function withoutHashes(text: string): string {
  return text.replace(/_[0-9A-F]{8}(?=[."}/]|$)/g, "");
}

/** Blocks that differ only in the model. */
export interface Group {
  /** The title, with `<model>` in place of the model's name. */
  readonly title: string;
  /** The models that have a block with this title. Empty for a block without a model. */
  readonly models: readonly string[];
  /** Lines of every block. */
  readonly common: readonly string[];
  /** Lines that only some of the blocks have. */
  readonly own: readonly { readonly models: readonly string[]; readonly lines: readonly string[] }[];
}

/**
 * Groups of blocks that differ only in the model. Lines have `<model>` in place of the model's name.
 *
 * @param models - names of the models, e.g. `loan-default`
 */
export function groupPerModel(blocks: readonly Block[], models: readonly string[]): Group[] {
  const groups = new Map<string, Member[]>();
  for (const { title, lines } of blocks) {
    const model = models.find((name) => spellings(name).some((spelling) => title.includes(spelling)));
    const key = generalize(title, model);
    const members = groups.get(key) ?? [];
    members.push({ model, lines: lines.map((line) => generalize(line, model)) });
    groups.set(key, members);
  }
  return [...groups].map(([title, members]) => toGroup(title, members));
}

function toGroup(title: string, members: readonly Member[]): Group {
  const common = members[0]?.lines.filter((line) => members.every(({ lines }) => lines.includes(line))) ?? [];
  const own = new Map<string, { models: string[]; lines: readonly string[] }>();
  for (const { model = "", lines } of members) {
    const rest = lines.filter((line) => !common.includes(line));
    const alike = own.get(rest.join("\n"));
    if (alike !== undefined) alike.models.push(model);
    else if (rest.length > 0) own.set(rest.join("\n"), { models: [model], lines: rest });
  }
  const models = members.flatMap(({ model }) => (model === undefined ? [] : [model]));
  return { title, models, common, own: [...own.values()] };
}

/**
 * Blocks as text, with equal lines of several models once. Lines of every model are below a title with `<model>`, and lines
 * of some models are below the names of these models.
 *
 * @param models - names of the models, e.g. `loan-default`
 */
export function perModelText(blocks: readonly Block[], models: readonly string[]): string {
  return groupPerModel(blocks, models)
    .flatMap(({ title, models: names, common, own }) => [
      names.length > 0 ? `${title}   (${names.join(", ")})` : title,
      ...common.map((line) => `  ${line}`),
      ...own.flatMap(({ models: ofModels, lines }) => [
        `  ${ofModels.join(", ")}:`,
        ...lines.map((line) => `    ${line}`),
      ]),
    ])
    .join("\n");
}

function generalize(text: string, model: string | undefined): string {
  const shorter = withoutHashes(text);
  return model === undefined
    ? shorter
    : spellings(model).reduce((result, spelling) => result.replaceAll(spelling, "<model>"), shorter);
}

/** The spellings of a model's name in names, outputs and request models. */
function spellings(model: string): string[] {
  const words = model.split("-").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return [model, model.replaceAll("-", "_"), words.join("")];
}
