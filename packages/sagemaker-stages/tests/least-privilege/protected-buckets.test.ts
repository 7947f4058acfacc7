import { expect, it } from "@jest/globals";
import { capture } from "../../examples/capture";
import { proveEnvironments } from "../../src/testing/least-privilege/prove-app";
import { models } from "../support/app";

const TIMEOUT_IN_MS = 120_000;

it(
  "the proof finds nothing when a protected environment stores requests in a bucket that Terraform must not destroy",
  async () => {
    // Act
    const { findings } = await proveEnvironments({ models, environments: [{ ...capture, protected: true }] });

    // Assess
    expect(findings.map(({ message }) => message)).toEqual([]);
  },
  TIMEOUT_IN_MS,
);
