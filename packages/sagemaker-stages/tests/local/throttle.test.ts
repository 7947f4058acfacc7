import { describe, expect, it } from "@jest/globals";
import { TokenBucket } from "../../src/local/rest-api/throttle";

/** A bucket, and a clock that only the test moves. */
function makeBucket(rateLimit: number, burstLimit: number) {
  let time = 5_000;
  const bucket = new TokenBucket({ rateLimit, burstLimit }, () => time);
  const wait = (milliseconds: number) => {
    time += milliseconds;
  };
  /** The number of `wanted` concurrent requests that pass. */
  const pass = (wanted: number) => Array.from({ length: wanted }, () => bucket.take()).filter(Boolean).length;
  return { wait, pass };
}

describe("a token bucket", () => {
  it.each([
    { rateLimit: 1, burstLimit: 2, wanted: 5, passed: 2 },
    { rateLimit: 1_000, burstLimit: 1, wanted: 5, passed: 1 },
    { rateLimit: 10, burstLimit: 2_000, wanted: 2_500, passed: 2_000 },
  ])(
    "the bucket passes as many concurrent requests as its burst limit: %j",
    ({ rateLimit, burstLimit, wanted, passed }) => {
      // Prepare
      const { pass } = makeBucket(rateLimit, burstLimit);

      // Act
      const got = pass(wanted);

      // Assess
      expect(got).toBe(passed);
    },
  );

  it.each([
    { rateLimit: 1, waited: 999, passed: 0 },
    { rateLimit: 1, waited: 1_000, passed: 1 },
    { rateLimit: 1, waited: 1_999, passed: 1 },
    { rateLimit: 4, waited: 500, passed: 2 },
    { rateLimit: 4, waited: 1_000, passed: 4 },
    { rateLimit: 0.5, waited: 2_000, passed: 1 },
  ])("the bucket refills with its rate limit per second: %j", ({ rateLimit, waited, passed }) => {
    // Prepare
    const { wait, pass } = makeBucket(rateLimit, 5);
    pass(5);

    // Act
    wait(waited);
    const got = pass(5);

    // Assess
    expect(got).toBe(passed);
  });

  it("keeps fractions of a token between requests", () => {
    // Prepare
    const { wait, pass } = makeBucket(1, 1);
    pass(1);

    // Act
    const passed = Array.from({ length: 8 }, () => {
      wait(250);
      return pass(1);
    });

    // Assess
    expect(passed).toEqual([0, 0, 0, 1, 0, 0, 0, 1]);
  });

  it("the bucket never has more tokens than its burst limit, even after a long pause", () => {
    // Prepare
    const { wait, pass } = makeBucket(100, 3);
    pass(3);

    // Act
    wait(3_600_000);
    const got = pass(10);

    // Assess
    expect(got).toBe(3);
  });

  it("takes no token for a refused request", () => {
    // Prepare
    const { wait, pass } = makeBucket(1, 1);
    pass(1);
    pass(1_000);

    // Act
    wait(1_000);
    const got = pass(2);

    // Assess
    expect(got).toBe(1);
  });
});
