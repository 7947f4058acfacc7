import { beforeAll, describe, expect, it } from "@jest/globals";
import { type LeastPrivilegeResult, matchRecord, proveLeastPrivilege } from "sagemaker-stages/testing";
import { app } from "./support/app";

let proof: LeastPrivilegeResult;

beforeAll(async () => {
  proof = await proveLeastPrivilege(app);
}, 180_000);

// The record shows each permission with the request that needs it. The entries of this record have the same titles as
// the entries of terraform.test.ts.
describe("the policies", () => {
  it("grant every permission that the app needs, and no other permission", () => {
    // Act
    const messages = proof.findings.map(({ message }) => message);

    // Assess
    expect(messages).toEqual([]);
  });

  it("have only mutants that the proof finds", () => {
    // Act
    const { survivors } = proof;

    // Assess
    expect(survivors).toEqual([]);
  });

  it("match the record", () => {
    // Act
    const { record } = proof;

    // Assess
    matchRecord(expect, record);
  });
});
