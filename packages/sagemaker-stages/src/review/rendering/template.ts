import { UsageError } from "../../lib/arguments";
import { inDigits } from "./phrases/formats";
import { type Layout, type LayoutPart, SECTION_NAMES, type SectionName } from "./sections";

/** A line such as `{{access}}`, or `{{access: Who can do more}}` with a heading that replaces the section's heading. */
interface Placeholder {
  readonly name: string;
  readonly heading?: string;
}

/** The template's own text is never left out: the sections must have room in a comment. */
const MAX_TEMPLATE_CHARACTERS = 30_000;

/** The placeholder of the first line. */
const VERDICT = "verdict";

/** The sections without a single heading. */
const WITHOUT_HEADING: ReadonlySet<SectionName> = new Set(["summary", "undetermined", "changes"]);

const ALLOWED = [VERDICT, ...SECTION_NAMES].map((name) => `{{${name}}}`).join(", ");

/**
 * The layout of a template: Markdown with one placeholder per line. Other lines are part of the review as they are.
 *
 * Values of a plan never pass through this function, so a value cannot become a placeholder.
 *
 * @param file - its name, for messages
 * @throws UsageError with all faults of the template
 * @example
 * ```md
 * {{verdict}}
 *
 * Please read our [rules for production](https://example.com/rules) first.
 *
 * {{destroyed}}
 * {{access: Who can do more}}
 * {{cost}}
 * ```
 */
export function readTemplate(text: string, file: string): Layout {
  if (text.length > MAX_TEMPLATE_CHARACTERS) {
    const [size, max] = [text.length, MAX_TEMPLATE_CHARACTERS].map(inDigits);
    throw new UsageError(`--template ${file}: got ${size} characters; allowed: ${max} characters`);
  }
  const faults: string[] = [];
  const parts: LayoutPart[] = [];
  const seen = new Set<string>();
  let markdown: string[] = [];
  const endMarkdown = (): void => {
    const block = markdown.join("\n").trim();
    if (block !== "") parts.push({ markdown: block });
    markdown = [];
  };
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const first = lines.findIndex((line) => line.trim() !== "");
  if (placeholderIn(lines[first] ?? "")?.name !== VERDICT) {
    faults.push(`the first line must be {{${VERDICT}}}`);
  }
  for (const [index, line] of lines.entries()) {
    const { name, heading } = placeholderIn(line) ?? {};
    const place = `line ${index + 1}`;
    if (name === undefined) {
      if (line.includes("{{"))
        faults.push(`${place}: a placeholder must be alone on its line; got ${line.trim()}`);
      markdown.push(line);
      continue;
    }
    endMarkdown();
    if (seen.has(name)) faults.push(`${place}: {{${name}}} is repeated`);
    seen.add(name);
    const section = SECTION_NAMES.find((known) => known === name);
    if (section !== undefined) {
      if (heading !== undefined && WITHOUT_HEADING.has(section)) {
        faults.push(`${place}: {{${name}}} has no heading to replace`);
      }
      parts.push({ section, ...(heading === undefined || heading === "" ? {} : { heading }) });
    } else if (name !== VERDICT) {
      faults.push(`${place}: got {{${name}}}; allowed: ${ALLOWED}`);
    } else if (heading !== undefined) {
      faults.push(`${place}: {{${VERDICT}}} has no heading to replace`);
    }
  }
  endMarkdown();
  if (faults.length > 0) throw new UsageError(`--template ${file}: ${faults.join("; ")}`);
  return { parts, byEnvironment: false };
}

/** The placeholder of a line; `undefined` if the line has other text. */
function placeholderIn(line: string): Placeholder | undefined {
  const text = line.trim();
  if (!text.startsWith("{{") || !text.endsWith("}}")) return undefined;
  const [before = "", ...rest] = text.slice(2, -2).split(":");
  const name = before.trim();
  if (!/^[\w-]+$/.test(name)) return undefined;
  return rest.length === 0 ? { name } : { name, heading: rest.join(":").trim() };
}
