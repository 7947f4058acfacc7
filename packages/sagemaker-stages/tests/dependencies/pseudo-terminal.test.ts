import { describe, expect, it, jest } from "@jest/globals";

/** The part of the interface that the test uses. The package declares its types under its own name only. */
interface PseudoTerminals {
  spawn(
    file: string,
    args: readonly string[],
    options: object,
  ): {
    onData(listen: (text: string) => void): void;
    onExit(listen: (exit: { readonly exitCode: number }) => void): void;
  };
}

const { spawn } = jest.requireActual<PseudoTerminals>("@cdktf/node-pty-prebuilt-multiarch");

describe("the package that replaces the pseudo terminal of cdktf's command line", () => {
  it("runs a program with this version of Node.js, and reports its output and its exit status", async () => {
    // Act
    const terminal = spawn("/bin/sh", ["-c", "test -t 1 && echo in a terminal; exit 3"], {});
    let output = "";
    terminal.onData((text) => {
      output += text;
    });
    const exit = await new Promise<{ readonly exitCode: number }>((resolve) => {
      terminal.onExit(resolve);
    });

    // Assess
    expect({ output: output.trim(), exitCode: exit.exitCode }).toEqual({
      output: "in a terminal",
      exitCode: 3,
    });
  });
});
