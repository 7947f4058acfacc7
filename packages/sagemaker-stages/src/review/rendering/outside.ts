import type { Drift } from "../changes/drift";
import type { FailedCheck } from "../reading/checks";
import type { Section } from "./document";
import { code, header, plain, row } from "./markdown";
import { CHANGE_TEXTS } from "./phrases/changes";
import { CHECK_STATES, COLUMNS } from "./phrases/headings";
import { labelOf } from "./phrases/resource-types";

/** Failed checks, with the messages of the configuration. */
export function checkSection(checks: readonly FailedCheck[], title: string): Section[] {
  if (checks.length === 0) return [];
  return [
    {
      title,
      level: 3,
      folded: false,
      importance: 105,
      essentialRows: checks.length,
      paragraphs: [],
      header: [],
      rows: checks.map(({ name, status, messages }) => {
        const reason = messages.length === 0 ? "" : `: ${plain(messages.join("; "))}`;
        return `- ⚠ ${code(name)} ${CHECK_STATES[status]}${reason}`;
      }),
    },
  ];
}

/** Changes that were made outside of Terraform. */
export function driftSection(drift: readonly Drift[], title: string): Section[] {
  if (drift.length === 0) return [];
  return [
    {
      title: `${title}: ${drift.length}`,
      level: 3,
      folded: true,
      importance: 48,
      paragraphs: [],
      header: header(...COLUMNS.drift),
      rows: drift.map(({ path, type, kind, changed }) =>
        row(
          code(path),
          labelOf(type).one,
          kind === "deleted"
            ? CHANGE_TEXTS.deleted
            : changed
                .map(({ name, before, after }) => `${code(name)}: ${code(before)} → ${code(after)}`)
                .join("<br>"),
        ),
      ),
    },
  ];
}
