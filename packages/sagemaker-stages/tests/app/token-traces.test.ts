import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { Annotations, App, Lazy, TerraformStack } from "cdktf";
import { withoutTokenTraces } from "../../src/app/token-traces";

const LEVEL = "CDKTF_LOG_LEVEL";

/** The trace of a new token. */
function traceOfToken(): readonly string[] {
  return Lazy.anyValue({ produce: () => "value" }).creationStack;
}

describe("withoutTokenTraces", () => {
  let levelBefore: string | undefined;

  beforeEach(() => {
    levelBefore = process.env[LEVEL];
    delete process.env[LEVEL];
  });

  afterEach(() => {
    if (levelBefore === undefined) delete process.env[LEVEL];
    else process.env[LEVEL] = levelBefore;
  });

  it("records no trace of a token", () => {
    // Act
    const trace = withoutTokenTraces(traceOfToken);

    // Assess
    expect(trace).toEqual([]);
  });

  it.each(["debug", "DEBUG", "trace", "all"])(
    "records the traces of tokens when CDKTF_LOG_LEVEL is %s",
    (level) => {
      // Prepare
      process.env[LEVEL] = level;

      // Act
      const trace = withoutTokenTraces(traceOfToken);

      // Assess
      expect(trace.join("\n")).toContain("token-traces.test");
    },
  );

  it("keeps the traces of errors and of annotations", () => {
    // Act
    const [error, entry] = withoutTokenTraces(() => {
      const stack = new TerraformStack(new App({ outdir: "cdktf.out" }), "stack");
      Annotations.of(stack).addWarning("a warning of an app");
      return [new RangeError("no bucket"), stack.node.metadata[0]] as const;
    });

    // Assess
    expect(error.stack).toContain("token-traces.test");
    expect(entry?.trace?.join("\n")).toContain("token-traces.test");
  });

  it("records the traces of tokens again after an error", () => {
    // Act
    const failing = () =>
      withoutTokenTraces(() => {
        throw new RangeError("no bucket");
      });

    // Assess
    expect(failing).toThrow("no bucket");
    expect(traceOfToken().join("\n")).toContain("traceOfToken");
  });
});
