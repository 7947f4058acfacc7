import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { findCredentials } from "../../src/smoke/credentials";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { DEV } from "../local/support/environments";

const OUTPUTS = {
  stageUrl: "https://abcdefghij.execute-api.us-east-1.amazonaws.com/dev",
  functionUrls: new Map<string, string>(),
};

const PROFILE = `[smoke]
aws_access_key_id = of-the-profile
aws_secret_access_key = secret-of-the-profile
`;

/** Removes AWS's variables, except the variable that silences a warning of the SDK. */
function removeVariables(): void {
  for (const name of Object.keys(process.env)) {
    if (name.startsWith("AWS_") && !name.startsWith("AWS_SDK_JS_")) delete process.env[name];
  }
}

describe("the credentials of a smoke test", () => {
  const before = { ...process.env };
  let folder = "";

  beforeEach(() => {
    folder = makeTempFolder();
    const file = join(folder, "credentials");
    writeFileSync(file, PROFILE);
    removeVariables();
    process.env.AWS_SHARED_CREDENTIALS_FILE = file;
    process.env.AWS_CONFIG_FILE = join(folder, "none");
    process.env.AWS_EC2_METADATA_DISABLED = "true";
  });

  afterEach(() => {
    removeVariables();
    Object.assign(process.env, before);
    removeFolder(folder);
  });

  it.each<[what: string, token: Record<string, string>, expected: object]>([
    ["with a session token", { AWS_SESSION_TOKEN: "token" }, { sessionToken: "token" }],
    ["without a session token", {}, {}],
  ])("the credentials are read from the variables, %s", async (_, token, expected) => {
    // Prepare
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret", ...token });

    // Act
    const credentials = await findCredentials(DEV, OUTPUTS);

    // Assess
    expect(credentials).toEqual({ accessKeyId: "key", secretAccessKey: "secret", ...expected });
  });

  it("the credentials are read from the profile in AWS_PROFILE, even if the variables are set", async () => {
    // Prepare
    const warn = jest.spyOn(console, "warn").mockImplementation(() => {});
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: "key",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_PROFILE: "smoke",
    });

    // Act
    const { accessKeyId } = await findCredentials(DEV, OUTPUTS);
    warn.mockRestore();

    // Assess
    expect(accessKeyId).toBe("of-the-profile");
  });

  it("cause an error with the reason when no credentials are found", async () => {
    // Act
    const finding = findCredentials(DEV, OUTPUTS);

    // Assess
    await expect(finding).rejects.toThrow(/^AWS credentials: CredentialsProviderError: /);
  });
});
