import { describe, expect, it } from "@jest/globals";
import { describeFailure, describeRetry, type Failure, readFailure } from "../../../src/page/browser/failure";

/** Reads a failure from a response. */
function read(status: number, headers: Record<string, string>, body: string): Failure {
  return readFailure(new Response(null, { status, headers }), body);
}

const PROBLEM = {
  type: "about:blank",
  title: "Service Unavailable",
  status: 503,
  detail: "The model's endpoint is waking up.",
  requestId: "request-1",
};

describe("a problem document", () => {
  it("the problem is described with its title, its detail, its request and the seconds to wait", () => {
    // Prepare
    const headers = { "content-type": "application/problem+json", "retry-after": "10" };

    // Act
    const described = describeFailure(read(503, headers, JSON.stringify(PROBLEM)));

    // Assess
    expect(described).toEqual({
      headline: "The model cannot answer now",
      text: "The model's endpoint is waking up.",
      reference: ["Service Unavailable", "status 503", "request request-1"],
      retryAfterInSeconds: 10,
    });
  });

  it.each([400, 403, 406, 413, 415, 429, 500, 502, 503, 504])(
    "the problem with the status %d has a headline",
    (status) => {
      // Prepare
      const body = JSON.stringify({ ...PROBLEM, title: "Anything", status });

      // Act
      const { headline } = describeFailure(
        read(status, { "content-type": "application/problem+json" }, body),
      );

      // Assess
      expect(headline).toMatch(/^(The|This|That|Too) [a-z ]+$/);
    },
  );

  it("the problem with another status has its own title as the headline", () => {
    // Prepare
    const body = JSON.stringify({ title: "I am a teapot", detail: "Short and stout." });

    // Act
    const described = describeFailure(
      read(418, { "content-type": "application/problem+json; charset=utf-8" }, body),
    );

    // Assess
    expect(described).toMatchObject({ headline: "I am a teapot", text: "Short and stout." });
  });

  it("a problem can be API Gateway's own error, with a message and with the id in a header", () => {
    // Prepare
    const headers = { "content-type": "application/json", "x-amzn-RequestId": "request-2" };

    // Act
    const described = describeFailure(read(403, headers, '{"message":"Forbidden"}'));

    // Assess
    expect(described.text).toBe("Forbidden");
    expect(described.reference).toEqual(["status 403", "request request-2"]);
  });

  it("without a detail is described as a failure without a reason", () => {
    // Act
    const described = describeFailure(read(500, { "content-type": "application/problem+json" }, "{}"));

    // Assess
    expect(described).toMatchObject({ text: "The stage gave no reason.", reference: ["status 500"] });
  });
});

describe("an answer that is not from the stage", () => {
  it.each([
    [
      "a proxy's page",
      502,
      { "content-type": "text/html; charset=utf-8" },
      "<h1>Bad Gateway</h1>",
      "text/html",
    ],
    ["nothing at all", 200, {}, "", "no media type"],
    ["broken JSON", 400, { "content-type": "application/json" }, "{", "application/json"],
    ["a bare text", 503, { "content-type": "application/problem+json" }, '"no"', "application/problem+json"],
  ])("an answer such as %s is described by its media type", (_, status, headers, body, named) => {
    // Act
    const described = describeFailure(read(status, headers as Record<string, string>, body));

    // Assess
    expect(described.headline).toBe("The answer is not from this stage");
    expect(described.text).toContain(`This page cannot read the answer (${named}).`);
    expect(described.reference).toEqual([`status ${status}`]);
  });
});

describe("no answer", () => {
  it("names the host that did not answer", () => {
    // Act
    const described = describeFailure({
      kind: "unreachable",
      url: "http://127.0.0.1:3000/dev/ticket-urgency",
      isOffline: false,
    });

    // Assess
    expect(described.headline).toBe("The stage could not be reached");
    expect(described.text).toContain("127.0.0.1:3000");
  });

  it("a missing answer is described as an offline device when the device is offline", () => {
    // Act
    const described = describeFailure({ kind: "unreachable", url: "http://a.example/", isOffline: true });

    // Assess
    expect(described.headline).toBe("This device is offline");
  });
});

describe("Retry-After", () => {
  it.each([
    ["seconds", "30", 30],
    ["a date in the future", new Date(Date.now() + 60_000).toUTCString(), 60],
    ["a date in the past", "Wed, 21 Oct 2015 07:28:00 GMT", 0],
    ["nonsense", "soon", undefined],
  ])("Retry-After can be %s", (_, value, expected) => {
    // Act
    const { retryAfterInSeconds } = describeFailure(read(503, { "retry-after": value }, ""));

    // Assess
    if (expected === undefined) expect(retryAfterInSeconds).toBeUndefined();
    // A date has whole seconds, and the current time does not.
    else expect(Math.abs((retryAfterInSeconds ?? Number.NaN) - expected)).toBeLessThanOrEqual(1);
  });

  it.each([
    [10, "You can try again in 10 seconds."],
    [1, "You can try again in 1 second."],
    [0, "You can try again now."],
  ])("a Retry-After of %d seconds is described", (left, expected) => {
    // Act
    const text = describeRetry(left);

    // Assess
    expect(text).toBe(expected);
  });
});
