import type { SurfaceChange } from "../surface";
import type { Section } from "./document";
import { code, header, row } from "./text";

/** What can be called, and how: never folded. */
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
      importance: 90,
      paragraphs: [],
      header: header("", "what", "before", "after", "where"),
      rows: surface.map((change) =>
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
