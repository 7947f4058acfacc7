import type * as locking from "../app/lock-providers";
import { requireAppFolder } from "../lib/app-folder";
import { defineCommand } from "../lib/command";

/** The command that writes `stacks/.terraform.lock.hcl`. */
export const providersLock = defineCommand(
  {
    name: "providers-lock",
    summary: "Lock Terraform's providers at the newest versions that the stacks allow",
    options: {
      "fs-mirror": {
        value: "FOLDER",
        summary: "take the providers from a folder (terraform providers mirror) instead of the registry",
      },
      "net-mirror": {
        value: "URL",
        summary: "take the providers from a network mirror instead of the registry",
      },
    },
    notes: `Writes stacks/.terraform.lock.hcl with the checksums of linux, darwin and windows on amd64 and
arm64. windows_arm64 is optional: some providers have no package for this platform.
TERRAFORM_BINARY_NAME names a program to run in place of terraform, e.g. tofu.

example: npx sagemaker-stages providers-lock`,
  },
  async ({ options }) => {
    requireAppFolder();
    const { lockProviders }: typeof locking = require("../app/lock-providers");
    await lockProviders({ folder: options["fs-mirror"], url: options["net-mirror"] });
    process.stdout.write("Wrote stacks/.terraform.lock.hcl. Review the change: git diff stacks\n");
    return 0;
  },
);
