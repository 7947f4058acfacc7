/** A line of a comparison. `-`: only in the old text; `+`: only in the new text. */
interface Line {
  readonly kind: " " | "-" | "+";
  readonly text: string;
}

/** Lines shown around a change. */
const CONTEXT = 3;

const NO_NEWLINE = "\\ No newline at end of file";

/** Two texts of one file. */
export interface Comparison {
  /** Path of the file, with slashes. */
  readonly path: string;
  /** `undefined` if the file is new. */
  readonly from: string | undefined;
  readonly to: string;
  /** Whether a new file is executable. */
  readonly executable?: boolean;
}

/**
 * The change from one text to another, as `git apply` and `patch -p1` read it.
 *
 * @returns an empty text if the texts are equal
 */
export function unifiedDiff({ path, from, to, executable = false }: Comparison): string {
  if (from === to) return "";
  const lines = compareLines(splitLines(from ?? ""), splitLines(to));
  const header =
    from === undefined
      ? ["--- /dev/null", `+++ b/${path}`].map((line, index) =>
          index === 0 ? `new file mode ${executable ? "100755" : "100644"}\n${line}` : line,
        )
      : [`--- a/${path}`, `+++ b/${path}`];
  return `${[`diff --git a/${path} b/${path}`, ...header, ...hunks(lines)].join("\n")}\n`;
}

/** Lines with their line breaks, so that a missing line break at the end of the text is a difference. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/**
 * A shortest list of removed and added lines, by the longest common subsequence. The files have a few hundred lines.
 */
function compareLines(from: readonly string[], to: readonly string[]): Line[] {
  const lengths = commonLengths(from, to);
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0;
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < from.length || j < to.length) {
    const [old, now] = [from[i], to[j]];
    if (old !== undefined && old === now) {
      lines.push({ kind: " ", text: old });
      i++;
      j++;
    } else if (old !== undefined && (now === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ kind: "-", text: old });
      i++;
    } else if (now !== undefined) {
      lines.push({ kind: "+", text: now });
      j++;
    }
  }
  return lines;
}

/** Element `[i][j]`: the number of lines that the texts have in common from their lines `i` and `j` on. */
function commonLengths(from: readonly string[], to: readonly string[]): number[][] {
  const lengths = Array.from({ length: from.length + 1 }, () => new Array<number>(to.length + 1).fill(0));
  for (let i = from.length - 1; i >= 0; i--) {
    const [row = [], next = []] = [lengths[i], lengths[i + 1]];
    for (let j = to.length - 1; j >= 0; j--) {
      row[j] = from[i] === to[j] ? (next[j + 1] ?? 0) + 1 : Math.max(next[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}

function hunks(lines: readonly Line[]): string[] {
  const isShown = lines.map((_, index) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ kind }) => kind !== " "),
  );
  const text: string[] = [];
  let [old, now] = [1, 1];
  for (let start = 0; start < lines.length; ) {
    const length = isShown[start] === true ? endOfRun(isShown, start) - start : 1;
    const hunk = lines.slice(start, start + length);
    const [olds, nows] = [count(hunk, "+"), count(hunk, "-")];
    if (isShown[start] === true) {
      text.push(`@@ -${range(old, olds)} +${range(now, nows)} @@`, ...hunk.map(printLine));
    }
    old += olds;
    now += nows;
    start += length;
  }
  return text;
}

function endOfRun(isShown: readonly boolean[], start: number): number {
  const end = isShown.indexOf(false, start);
  return end < 0 ? isShown.length : end;
}

/** The number of lines of a hunk that one text contains: all lines except those that only the other text contains. */
function count(hunk: readonly Line[], other: "-" | "+"): number {
  return hunk.filter(({ kind }) => kind !== other).length;
}

/** The range of a hunk. An empty range starts at the line before. */
function range(start: number, length: number): string {
  return `${length === 0 ? start - 1 : start},${length}`;
}

function printLine({ kind, text }: Line): string {
  return text.endsWith("\n") ? `${kind}${text.slice(0, -1)}` : `${kind}${text}\n${NO_NEWLINE}`;
}
