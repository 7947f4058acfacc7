import type { SurfaceChange } from "../surface";
import type { Section } from "./document";
import { code, header, row } from "./markdown";
import { COLUMNS, PUBLIC_LABELS } from "./phrases/headings";
import { stateText, subjectText } from "./phrases/surface";

/** Changes of routes and addresses: never folded, opened routes first. */
export function surfaceSection(surface: readonly SurfaceChange[], title: string): Section[] {
  if (surface.length === 0) return [];
  return [
    {
      title,
      level: 3,
      folded: false,
      importance: 110,
      essentialRows: surface.filter((change) => weightOf(change) > 1).length,
      paragraphs: [],
      header: header(...COLUMNS.public),
      rows: [...surface]
        .sort((one, other) => weightOf(other) - weightOf(one))
        .map((change) =>
          row(
            `${warningOf(change)}${change.kind}`,
            code(subjectText(change.subject)),
            code(stateText(change.before)),
            code(stateText(change.after)),
            code(change.path),
          ),
        ),
    },
  ];
}

/** How dangerous a change is: the last rows are left out first. */
function weightOf(change: SurfaceChange): number {
  if (change.public) return 3;
  if (change.opened || change.undetermined) return 2;
  return isWider(change) ? 1 : 0;
}

function warningOf(change: SurfaceChange): string {
  // The kind of such a change is often "undetermined", too.
  if (change.undetermined) return change.kind === "undetermined" ? "⚠ " : PUBLIC_LABELS.undetermined;
  if (change.public) return PUBLIC_LABELS.public;
  if (change.opened) return PUBLIC_LABELS.opened;
  return isWider(change) ? PUBLIC_LABELS.wider : "";
}

function isWider({ widenedCors, raisedThrottling, raisedTimeout }: SurfaceChange): boolean {
  return widenedCors || raisedThrottling || raisedTimeout;
}
