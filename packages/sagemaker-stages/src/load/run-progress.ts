import type { Terminal } from "../smoke/progress";

/** The period between two lines of progress. In a log, each line is a new line. */
const PERIOD_IN_MS = { terminal: 1_000, log: 10_000 };

/** A running line of progress. */
export interface RunProgress {
  /** Ends the output. */
  end(): void;
}

/** Shows the progress of a run. */
export function showProgress(seconds: number, terminal: Terminal): RunProgress {
  const start = performance.now();
  const isTerminal = terminal.isTTY === true;
  const timer = setInterval(
    () => {
      const passed = Math.round((performance.now() - start) / 1_000);
      const line =
        passed <= seconds
          ? `${passed} s of ${seconds} s`
          : `${passed} s: waiting for the answers to the last requests`;
      terminal.write(isTerminal ? `\r\u001b[2K${line}` : `${line}\n`);
    },
    isTerminal ? PERIOD_IN_MS.terminal : PERIOD_IN_MS.log,
  );
  return {
    end() {
      clearInterval(timer);
      if (isTerminal) terminal.write("\r\u001b[2K");
    },
  };
}
