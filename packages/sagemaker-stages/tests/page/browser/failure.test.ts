import { describe, expect, it } from "@jest/globals";
import { describeFailure, describeRetry, type Failure, readFailure } from "../../../src/page/browser/failure";

/** As a browser has it. */
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
  it("is described with its title, its detail, its request and the seconds to wait", () => {
    // Prepare
    const headers = { "content-type": "application/problem+json", "retry-after": "10" };

    // Act
    const words = describeFailure(read(503, headers, JSON.stringify(PROBLEM)));

    // Assess
    expect(words).toEqual({
      headline: "The model cannot answer now",
      text: "The model's endpoint is waking up.",
      reference: ["Service Unavailable", "status 503", "request request-1"],
      retryAfterInSeconds: 10,
    });
  });

  it.each([400, 403, 406, 413, 415, 429, 500, 502, 503, 504])("of status %d has a headline", (status) => {
    // Prepare
    const body = JSON.stringify({ ...PROBLEM, title: "Anything", status });

    // Act
    const { headline } = describeFailure(read(status, { "content-type": "application/problem+json" }, body));

    // Assess
    expect(headline).toMatch(/^(The|This|That|Too) [a-z ]+$/);
  });

  it("of another status has its own title as the headline", () => {
    // Prepare
    const body = JSON.stringify({ title: "I am a teapot", detail: "Short and stout." });

    // Act
    const words = describeFailure(
      read(418, { "content-type": "application/problem+json; charset=utf-8" }, body),
    );

    // Assess
    expect(words).toMatchObject({ headline: "I am a teapot", text: "Short and stout." });
  });

  it("can be API Gateway's own, with a message and with the id in a header", () => {
    // Prepare
    const headers = { "content-type": "application/json", "x-amzn-RequestId": "request-2" };

    // Act
    const words = describeFailure(read(403, headers, '{"message":"Forbidden"}'));

    // Assess
    expect(words.text).toBe("Forbidden");
    expect(words.reference).toEqual(["status 403", "request request-2"]);
  });

  it("without a detail is described as a failure without a reason", () => {
    // Act
    const words = describeFailure(read(500, { "content-type": "application/problem+json" }, "{}"));

    // Assess
    expect(words).toMatchObject({ text: "The stage gave no reason.", reference: ["status 500"] });
  });
});

describe("an answer that is not of the stage", () => {
  it.each([
    [
      "a proxy's page",
      502,
      { "content-type": "text/html; charset=utf-8" },
      "<h1>Bad Gateway</h1>",
      "text/html",
    ],
    ["nothing at all", 200, {}, "", "an unnamed media type"],
    ["broken JSON", 400, { "content-type": "application/json" }, "{", "application/json"],
    ["a bare text", 503, { "content-type": "application/problem+json" }, '"no"', "application/problem+json"],
  ])("such as %s is described by its media type", (_, status, headers, body, named) => {
    // Act
    const words = describeFailure(read(status, headers as Record<string, string>, body));

    // Assess
    expect(words.headline).toBe("The answer is not of this stage");
    expect(words.text).toContain(`but ${named}.`);
    expect(words.reference).toEqual([`status ${status}`]);
  });
});

describe("no answer", () => {
  it("names the host that did not answer", () => {
    // Act
    const words = describeFailure({
      kind: "unreachable",
      url: "http://127.0.0.1:3000/dev/ticket-urgency",
      isOffline: false,
    });

    // Assess
    expect(words.headline).toBe("The stage could not be reached");
    expect(words.text).toContain("127.0.0.1:3000");
  });

  it("is described as an offline device when the device is offline", () => {
    // Act
    const words = describeFailure({ kind: "unreachable", url: "http://a.example/", isOffline: true });

    // Assess
    expect(words.headline).toBe("This device is offline");
  });
});

describe("Retry-After", () => {
  it.each([
    ["seconds", "30", 30],
    ["a date to come", new Date(Date.now() + 60_000).toUTCString(), 60],
    ["a date gone by", "Wed, 21 Oct 2015 07:28:00 GMT", 0],
    ["nonsense", "soon", undefined],
  ])("can be %s", (_, value, expected) => {
    // Act
    const { retryAfterInSeconds } = describeFailure(read(503, { "retry-after": value }, ""));

    // Assess
    if (expected === undefined) expect(retryAfterInSeconds).toBeUndefined();
    // A date has whole seconds, and this moment has not.
    else expect(Math.abs((retryAfterInSeconds ?? Number.NaN) - expected)).toBeLessThanOrEqual(1);
  });

  it.each([
    [10, "You can try again in 10 seconds."],
    [1, "You can try again in 1 second."],
    [0, "You can try again now."],
  ])("of %d is written in words", (left, words) => {
    // Act
    const told = describeRetry(left);

    // Assess
    expect(told).toBe(words);
  });
});
