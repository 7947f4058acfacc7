import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";

/** The number of shown stack frames: enough to find the call, few enough to read. */
const MAX_FRAMES_SHOWN = 5;

/** An error whose stack was read. */
interface ReadError {
  /** The message with the place. */
  readonly text: string;
  /** Whether the function's bundle is in the stack. */
  readonly isOwn: boolean;
}

/**
 * Names the function's sources in the stacks of its errors, in place of the minified bundle.
 *
 * A handler reads the stack of an unexpected error, and must not log the message, which can contain the request. On
 * this machine, the developer is the caller: {@link takeErrors} returns the message with its place.
 */
export class OwnSources {
  private read: ReadError[] = [];

  /** @param mapFile - the source map, which is read at each error, because the lines of unchanged code can change */
  constructor(private readonly mapFile: string | undefined) {}

  /**
   * Makes the stack of every later error in this process name the sources.
   *
   * @param codeFile - the function's bundle
   */
  install(codeFile: string): void {
    Error.prepareStackTrace = (error, sites) => {
      const isOwn = sites.some((site) => site.getFileName() === codeFile);
      // Node.js reads the stack of each error that closes a stream. To read the source map takes longer than everything else
      // that a function does when its caller leaves.
      const frames = isOwn ? this.framesOf(sites, codeFile) : sites.map(String);
      const title = Error.prototype.toString.call(error);
      const text = [title, ...shown(frames).map((frame) => `    at ${frame}`)].join("\n");
      this.read.push({ text, isOwn });
      return [title, ...frames.map((frame) => `    at ${frame}`)].join("\n");
    };
  }

  /** The errors whose stacks were read since the last call, with their messages and places. */
  takeErrors(): string[] {
    const errors = new Set(this.read.map(({ text }) => text));
    this.read = [];
    return [...errors];
  }

  /** Forgets the errors that do not come from the function's code, e.g. of a connection that the function has closed. */
  forgetForeignErrors(): void {
    this.read = this.read.filter(({ isOwn }) => isOwn);
  }

  private framesOf(sites: readonly NodeJS.CallSite[], codeFile: string): string[] {
    const map = this.readMap();
    return sites.map((site) => {
      const [line, column] = [site.getLineNumber(), site.getColumnNumber()];
      if (site.getFileName() !== codeFile || line === null || column === null) return String(site);
      const entry = map?.findEntry(line - 1, column - 1);
      return entry !== undefined && "originalSource" in entry
        ? `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
        : String(site);
    });
  }

  private readMap(): SourceMap | undefined {
    if (this.mapFile === undefined) return undefined;
    try {
      return new SourceMap(JSON.parse(readFileSync(this.mapFile, "utf8")));
    } catch {
      // Without a source map, the places are lines of the bundle.
      return undefined;
    }
  }
}

/** The frames in the model's files; without such frames, the frames nearest to the error. */
function shown(frames: readonly string[]): readonly string[] {
  const own = frames.filter((frame) => /^functions\//.test(frame));
  return (own.length > 0 ? own : frames).slice(0, MAX_FRAMES_SHOWN);
}
