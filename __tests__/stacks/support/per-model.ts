/** Text under a title, one fact a line. */
export interface Block {
  readonly title: string;
  readonly lines: readonly string[];
}

interface Member {
  readonly model: string | undefined;
  readonly lines: readonly string[];
}

/** CDKTF ends each name with a hash of the path before it: it says nothing that the path does not. */
const HASH_OF_PATH = /_[0-9A-F]{8}(?=[."}/]|$)/g;

/**
 * Blocks as text in which models that are alike are told once: what holds for every model stands below a title
 * with `<model>`, and what is a model's own below its name.
 *
 * @param models - names of the models, e.g. `breast-cancer`
 */
export function perModelText(blocks: readonly Block[], models: readonly string[]): string {
  const groups = new Map<
    string,
    { readonly model: string | undefined; readonly lines: readonly string[] }[]
  >();
  for (const { title, lines } of blocks) {
    const model = models.find((name) => spellings(name).some((spelling) => title.includes(spelling)));
    const key = generalize(title, model);
    const members = groups.get(key) ?? [];
    members.push({ model, lines: lines.map((line) => generalize(line, model)) });
    groups.set(key, members);
  }
  return [...groups].flatMap(([title, members]) => [...describeGroup(title, members)]).join("\n");
}

function* describeGroup(title: string, members: readonly Member[]): Generator<string> {
  const names = members.flatMap(({ model }) => (model === undefined ? [] : [model]));
  yield names.length > 0 ? `${title}   (${names.join(", ")})` : title;
  const common = members[0]?.lines.filter((line) => members.every(({ lines }) => lines.includes(line))) ?? [];
  for (const line of common) yield `  ${line}`;

  const own = new Map<string, string[]>();
  for (const { model = "", lines } of members) {
    const rest = lines.filter((line) => !common.includes(line)).map((line) => `    ${line}`);
    if (rest.length > 0) own.set(rest.join("\n"), [...(own.get(rest.join("\n")) ?? []), model]);
  }
  for (const [rest, models] of own) {
    yield `  ${models.join(", ")}:`;
    yield rest;
  }
}

function generalize(text: string, model: string | undefined): string {
  const shorter = text.replace(HASH_OF_PATH, "");
  return model === undefined
    ? shorter
    : spellings(model).reduce((result, spelling) => result.replaceAll(spelling, "<model>"), shorter);
}

/** As in names, outputs and request models. */
function spellings(model: string): string[] {
  const words = model.split("-").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return [model, model.replaceAll("-", "_"), words.join("")];
}
