import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";

/** Frames that stand below an error: enough to find the call, short enough to read. */
const MAX_FRAMES_SHOWN = 5;

/**
 * Names the function's own sources in the stacks of its errors, in place of the bundle, which is minified.
 *
 * A handler reads the stack of an error that it does not expect, and must not log the error's message, which can quote
 * the request. On this machine the developer is the caller: {@link takeErrors} gives the message with its place.
 */
export class OwnSources {
  private read: string[] = [];

  /** @param mapFile - source map; read when an error arises, because the same code can come from other lines */
  constructor(private readonly mapFile: string | undefined) {}

  /**
   * From now on, the stack of every error in this process names the sources.
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

  /** The errors whose stacks were read since the last call, each with its message and the places in the function. */
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
      // Without a map the places are those of the bundle.
      return undefined;
    }
  }
}

/** The frames of the model's own files; where there is none, those nearest to the error. */
function shown(frames: readonly string[]): readonly string[] {
  const own = frames.filter((frame) => /^functions\//.test(frame));
  return (own.length > 0 ? own : frames).slice(0, MAX_FRAMES_SHOWN);
}
