import type { Report } from "./report";

const TAGS_SOURCE = "https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html";

const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const MOST_TAGS = 47;

/** Rules of `tags`. @param report - above `tags` */
export function checkTags(tags: Readonly<Record<string, string>>, report: Report): void {
  for (const [key, value] of Object.entries(tags)) {
    const keyHolds =
      key.length >= 1 && key.length <= 128 && TAG_TEXT.test(key) && !key.toLowerCase().startsWith("aws:");
    report.require(
      keyHolds,
      "tags",
      key,
      "a key of 1–128 letters, digits, spaces and _.:/=+-@ that does not start with aws:",
      TAGS_SOURCE,
    );
    report.require(
      !["Environment", "Model"].includes(key),
      "tags",
      key,
      "another key",
      "the stack sets this tag itself",
    );
    report.require(
      value.length <= 256 && TAG_TEXT.test(value),
      `tags.${key}`,
      value,
      "at most 256 letters, digits, spaces and _.:/=+-@",
      TAGS_SOURCE,
    );
  }
}

/** How many tags there may be, all together. @param report - above `tags` */
export function checkTagCount(tags: Readonly<Record<string, string>>, report: Report): void {
  const count = Object.keys(tags).length;
  report.require(count <= MOST_TAGS, "tags", count, `at most ${MOST_TAGS} tags`, TAGS_SOURCE);
}
