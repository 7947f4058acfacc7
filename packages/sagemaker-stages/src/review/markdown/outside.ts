import type { FailedCheck } from "../checks";
import type { Drift } from "../drift";
import { inWords } from "../resource-types";
import type { Section } from "./document";
import { code, header, plain, row } from "./text";

/** Checks that failed, with what the configuration says of each. */
export function checkSection(checks: readonly FailedCheck[], titled: (title: string) => string): Section[] {
  if (checks.length === 0) return [];
  return [
    {
      title: titled("Failed checks"),
      level: 3,
      folded: false,
      importance: 105,
      essentialRows: checks.length,
      paragraphs: [],
      header: [],
      rows: checks.map(({ name, status, messages }) => {
        const why = messages.length === 0 ? "" : `: ${plain(messages.join("; "))}`;
        return `- ⚠ ${code(name)} ${status === "error" ? "could not be evaluated" : "failed"}${why}`;
      }),
    },
  ];
}

/** What somebody changed outside of Terraform. */
export function driftSection(drift: readonly Drift[], titled: (title: string) => string): Section[] {
  if (drift.length === 0) return [];
  return [
    {
      title: titled(`Changed outside of Terraform since the last apply: ${drift.length}`),
      level: 3,
      folded: true,
      importance: 48,
      paragraphs: [],
      header: header("path", "what", "changes"),
      rows: drift.map(({ path, type, what, changed }) =>
        row(
          code(path),
          inWords(type).one,
          what === "deleted"
            ? "deleted"
            : changed
                .map(({ name, before, after }) => `${code(name)}: ${code(before)} → ${code(after)}`)
                .join("<br>"),
        ),
      ),
    },
  ];
}
