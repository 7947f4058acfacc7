import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";

/** The number of shown stack frames: enough to find the call, few enough to read. */
const MAX_FRAMES_SHOWN = 5;

/**
 * Names the function's sources in the stacks of its errors, in place of the minified bundle.
 *
 * A handler reads the stack of an unexpected error, and must not log the message, which can contain the request. On
 * this machine, the developer is the caller: {@link takeErrors} returns the message with its place.
 */
export class OwnSources {
  private read: string[] = [];

  /** @param mapFile - the source map, which is read at each error, because the lines of unchanged code can change */
  constructor(private readonly mapFile: string | undefined) {}

  /**
   * Makes the stack of every later error in this process name the sources.
   *
   * @param codeFile - the function's bundle
   */
  install(codeFile: string): void {
    Error.prepareStackTrace = (error, sites) => {
      const frames = this.framesOf(sites, codeFile);
      const title = Error.prototype.toString.call(error);
      this.read.push([title, ...shown(frames).map((frame) => `    at ${frame}`)].join("\n"));
      return [title, ...frames.map((frame) => `    at ${frame}`)].join("\n");
    };
  }

  /** The errors whose stacks were read since the last call, with their messages and places. */
  takeErrors(): string[] {
    const errors = [...new Set(this.read)];
    this.read = [];
    return errors;
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
