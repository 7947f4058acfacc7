import { checked, type Edit, findModels } from "../new-model/edits";
import { insertProperty } from "../new-model/typescript/insert";
import {
  isObjectLiteral,
  type ObjectLiteral,
  parseSource,
  propertyValue,
  rangeOf,
  type SourceFile,
  UnknownForm,
} from "../new-model/typescript/source-file";

/** The settings that a release replaces. */
export const REPLACED_BY_RELEASE = [
  "artifact",
  "artifactKeyArn",
  "image",
  "modelPackage",
  "containerEnvironment",
  "hubRevision",
] as const;

/**
 * Sets the release of a model in an environment. If the model has a release, only the id changes. Otherwise the release
 * replaces the lines of the artifact, the image and so on. All other bytes of the file stay.
 *
 * @param sources - the text of each file in `environments/`, by its path from the app's folder
 * @throws UnknownForm unless the files have exactly one object literal with the environment's name and an object literal of the
 * model, or if the release is no string literal, the settings contain a spread, or the edit would remove a comment
 */
export function setRelease(
  sources: ReadonlyMap<string, string>,
  environment: string,
  model: string,
  id: string,
): Edit {
  const places = [...sources]
    .map(([path, text]) => parseSource(path, text))
    .flatMap((file) => findModels(file, environment).map((models) => ({ file, models })));
  const [place, ...others] = places;
  if (place === undefined || others.length > 0) {
    throw new UnknownForm(
      `environments/: got ${places.length} object literals with name: "${environment}" and models: { … }; allowed: one`,
    );
  }
  const { file, models } = place;
  const settings = propertyValue(models, model);
  if (!isObjectLiteral(settings)) {
    throw new UnknownForm(`${file.path}: got no object literal for ${model} in the models of ${environment}`);
  }
  // The object of a spread can contain a release or an artifact.
  if (settings.properties.some((property) => property.type === "SpreadElement")) {
    throw new UnknownForm(`${file.path}: got a spread (...) in the settings of ${model} in ${environment}`);
  }
  const edit = checked(file.path, withRelease(file, settings, id));
  requireComments(file, parseSource(edit.path, edit.text));
  return edit;
}

/** @throws UnknownForm if a file lacks a comment that it had before */
function requireComments(before: SourceFile, after: SourceFile): void {
  const left = commentsIn(after);
  for (const comment of commentsIn(before)) {
    const index = left.indexOf(comment);
    if (index < 0) {
      throw new UnknownForm(
        `${before.path}: got the comment "${comment.trim()}" in lines that the release replaces`,
      );
    }
    left.splice(index, 1);
  }
}

function commentsIn({ tree }: SourceFile): string[] {
  return (tree.comments ?? []).map(({ value }) => value);
}

/** The line that {@link setRelease} writes, for messages. */
export function describeRelease(environment: string, model: string, id: string): string {
  return `environments/: in models.${model} of ${environment}: release: ${JSON.stringify(id)}, in place of ${REPLACED_BY_RELEASE.join(", ")}`;
}

function withRelease(file: SourceFile, settings: ObjectLiteral, id: string): string {
  const { path, text } = file;
  const value = propertyValue(settings, "release");
  if (value !== undefined) {
    if (value.type !== "StringLiteral") {
      throw new UnknownForm(`${path}: got a release that is no string literal; allowed: release: "<id>"`);
    }
    const [start, end] = rangeOf(value);
    const quote = text[start] ?? '"';
    return text.slice(0, start) + quote + id + quote + text.slice(end);
  }
  const [first, ...rest] = settings.properties.filter(
    (property) => property.type !== "SpreadElement" && isReplaced(property),
  );
  if (first === undefined) {
    return insertProperty(file, settings, { name: "release", value: JSON.stringify(id) });
  }
  const [firstStart, firstEnd] = rangeOf(first);
  // From the end to the start, so that the positions of the properties before stay.
  const shorter = [...rest]
    .reverse()
    .reduce((left, property) => withoutProperty(left, settings, property), text);
  return `${shorter.slice(0, firstStart)}release: ${JSON.stringify(id)}${shorter.slice(firstEnd)}`;
}

type Property = ObjectLiteral["properties"][number];

function isReplaced(property: Exclude<Property, { type: "SpreadElement" }>): boolean {
  const { key } = property;
  const name = key.type === "Identifier" ? key.name : key.type === "StringLiteral" ? key.value : undefined;
  return !property.computed && REPLACED_BY_RELEASE.some((replaced) => replaced === name);
}

/** The text without a property: without its line, if the property has its own lines, otherwise without its comma. */
function withoutProperty(text: string, { properties }: ObjectLiteral, property: Property): string {
  const [start, end] = rangeOf(property);
  const [comma = ""] = /^\s*,/.exec(text.slice(end)) ?? [];
  const after = end + comma.length;
  if (comma === "") {
    // The last property: the comma before goes, too.
    const previous = properties[properties.indexOf(property) - 1];
    return text.slice(0, previous === undefined ? start : rangeOf(previous)[1]) + text.slice(end);
  }
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const [lineEnd] = /^[ \t]*\r?\n/.exec(text.slice(after)) ?? [];
  if (lineEnd !== undefined && text.slice(lineStart, start).trim() === "") {
    return text.slice(0, lineStart) + text.slice(after + lineEnd.length);
  }
  const [spaces = ""] = /^[ \t]*/.exec(text.slice(after)) ?? [];
  return text.slice(0, start) + text.slice(after + spaces.length);
}
