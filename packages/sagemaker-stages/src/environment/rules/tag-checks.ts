import type { Report } from "../report";

const TAGS_SOURCE = "https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html";

const CASE =
  "IAM knows no case in the keys of a role's tags: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html";

const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
/** The stack sets three itself. */
const MOST_TAGS = 47;
const OF_THE_STACK = ["environment", "model"];
/** What AWS takes (same source). */
const MOST_TAGS_OF_A_RESOURCE = 50;

/** Tags by their keys. */
type Tags = Readonly<Record<string, string>>;

/**
 * Rules of `tags`.
 *
 * @param report - above `tags`
 * @param others - tags of the same resources, which those of the same key replace
 */
export function checkTags(tags: Tags, report: Report, others?: Tags): void {
  for (const key of Object.keys(tags)) {
    report.require(
      !OF_THE_STACK.includes(key.toLowerCase()),
      "tags",
      key,
      "another key",
      `the stack sets this tag itself; ${CASE}`,
    );
  }
  checkKeysAndValues(tags, report, others);
  const all = Object.keys({ ...others, ...tags });
  report.require(
    all.length <= MOST_TAGS,
    "tags",
    all.length,
    `at most ${MOST_TAGS} tags${others === undefined ? "" : ", those of the environment among them"}`,
    TAGS_SOURCE,
  );
}

/** Rules of `tags` that stand on resources as they are. @param report - above `tags` */
export function checkResourceTags(tags: Tags, report: Report): void {
  checkKeysAndValues(tags, report);
  const { length } = Object.keys(tags);
  report.require(
    length <= MOST_TAGS_OF_A_RESOURCE,
    "tags",
    length,
    `at most ${MOST_TAGS_OF_A_RESOURCE} tags, the provider's default tags among them`,
    TAGS_SOURCE,
  );
}

function checkKeysAndValues(tags: Tags, report: Report, others?: Tags): void {
  const all = Object.keys({ ...others, ...tags });
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
    const first = all.find((other) => other.toLowerCase() === key.toLowerCase());
    report.require(first === key, "tags", key, `${first}, or another key`, `${first} is there too; ${CASE}`);
    report.require(
      value.length <= 256 && TAG_TEXT.test(value),
      `tags.${key}`,
      value,
      "at most 256 letters, digits, spaces and _.:/=+-@",
      TAGS_SOURCE,
    );
  }
}
