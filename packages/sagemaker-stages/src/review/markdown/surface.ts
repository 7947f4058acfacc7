import type { SurfaceChange } from "../surface";
import type { Section } from "./document";
import { code, header, row } from "./text";

/** What can be called, and how: never folded, what opens first. */
export function surfaceSection(
  surface: readonly SurfaceChange[],
  titled: (title: string) => string,
): Section[] {
  if (surface.length === 0) return [];
  return [
    {
      title: titled("Public surface"),
      level: 3,
      folded: false,
      importance: 110,
      essentialRows: surface.filter((change) => weightOf(change) > 1).length,
      paragraphs: [],
      header: header("", "what", "before", "after", "where"),
      rows: [...surface]
        .sort((one, other) => weightOf(other) - weightOf(one))
        .map((change) =>
          row(
            `${warningOf(change)}${change.kind}`,
            code(change.what),
            code(change.before ?? ""),
            code(change.after ?? ""),
            code(change.path),
          ),
        ),
    },
  ];
}

/** How dangerous a change is: rows are left out from the end. */
function weightOf(change: SurfaceChange): number {
  if (change.public) return 3;
  if (change.opened || change.unjudged) return 2;
  return change.widenedCors || change.raisedThrottling ? 1 : 0;
}

function warningOf({
  public: isPublic,
  unjudged,
  opened,
  widenedCors,
  raisedThrottling,
}: SurfaceChange): string {
  if (unjudged) return "⚠ nobody can tell: ";
  if (isPublic) return "⚠ **open to the public**: ";
  if (opened) return "⚠ opened: ";
  return widenedCors || raisedThrottling ? "wider: " : "";
}
