import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { IMAGE_REGIONS } from "../../src/environment/rules/model-source/image-checks";
import { FRAMEWORKS, repositoryOf } from "../../src/environment/settings/model-source/framework-image";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { Terraform } from "./support/terraform";

const TIMEOUT_IN_MS = 300_000;

/** Regions of SageMaker for which this version of the provider does not contain the images' accounts. */
const OTHERS = ["ap-east-2", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "mx-central-1"];

const temp = makeTempFolder();
const terraform = new Terraform(join(temp, "home"));

afterAll(() => removeFolder(temp));

/** A configuration that reads the image of each framework in each region, without a request to AWS. */
function configuration(regions: readonly string[]): object {
  const repositories = [
    ...new Set(FRAMEWORKS.map((framework) => repositoryOf({ framework, version: "1.0.0" }))),
  ];
  const pairs = regions.flatMap((region) => repositories.map((repository) => ({ region, repository })));
  return {
    terraform: { required_providers: { aws: { source: "hashicorp/aws", version: "5.100.0" } } },
    provider: {
      aws: {
        region: "eu-central-1",
        access_key: "test",
        secret_key: "test",
        skip_credentials_validation: true,
        skip_metadata_api_check: "true",
        skip_requesting_account_id: true,
        skip_region_validation: true,
      },
    },
    data: {
      aws_sagemaker_prebuilt_ecr_image: Object.fromEntries(
        pairs.map(({ region, repository }) => [
          `${repository}-${region}`,
          { repository_name: repository, region, image_tag: "1" },
        ]),
      ),
    },
  };
}

function plan(name: string, regions: readonly string[]) {
  const folder = join(temp, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "main.tf.json"), JSON.stringify(configuration(regions)));
  const init = terraform.run(folder, ["init", "-input=false", "-no-color"]);
  if (init.status !== 0) throw new Error(`terraform init failed:\n${init.output}`);
  return terraform.run(folder, ["plan", "-input=false", "-no-color"]);
}

describe("the images of frameworks", () => {
  it(
    "are known to the provider in every region that a rule allows",
    () => {
      // Act
      const { status, output } = plan("known", IMAGE_REGIONS);

      // Assess
      expect(output).not.toContain("Error");
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "are refused by the provider in a region that the rule refuses",
    () => {
      // Act
      const { status, output } = plan("unknown", OTHERS);

      // Assess
      expect(status).toBe(1);
      const regions = [...output.matchAll(/no registry ID available for region \(([a-z0-9-]+)\)/g)].map(
        ([, region]) => region,
      );
      expect([...new Set(regions)].sort()).toEqual(OTHERS);
      expect(IMAGE_REGIONS.filter((region) => OTHERS.includes(region))).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );
});
