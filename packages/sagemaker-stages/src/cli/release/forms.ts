import type { CommandForm } from "../../lib/arguments";
import { documentPath } from "../../paths";

/** The exit status if the user must change a line of an environment, because its file has an unknown form. */
export const LINE_TO_CHANGE = 3;

/** The result of `release` or `promote`. */
export interface Result {
  /** The text to print. */
  readonly text: string;
  /** The exit status. */
  readonly status: 0 | typeof LINE_TO_CHANGE;
}

/** The end of both usages. */
const EXIT_STATUS = `exit status: 0 if the files are complete, 1 for a failure, 2 for a wrong command line, ${LINE_TO_CHANGE} if the command wrote the file of the release
and prints a line of an environment that you must change`;

/** The form of `release`. */
export const RELEASE = {
  name: "release",
  summary: "Pin a version of a model: write functions/<model>/releases/<id>.json",
  words: { model: { summary: "name of the model" } },
  options: {
    from: {
      value: "NAME",
      summary:
        "the environment whose model becomes the release;\ndefault: the first environment that serves the model with a new endpoint",
    },
    id: { value: "ID", summary: "id of the release; default: the current day, e.g. 2026-11-20" },
    artifact: {
      value: "URI",
      summary:
        "s3://<bucket>/<key>.tar.gz or a file of the project;\ndefault: the artifact of the environment",
    },
    image: {
      value: "URI",
      multiple: true,
      summary:
        "an image in ECR by tag or digest, one per region;\ndefault: the image of the environment. For an image of SageMaker, the endpoint must be deployed",
    },
    key: {
      value: "ARN",
      summary:
        "the KMS key that encrypts the artifact in S3;\ndefault: the key of the environment's artifact",
    },
    metrics: { value: "FILE", summary: "a JSON file with numbers, e.g. of the training" },
    metric: { value: "NAME=VALUE", multiple: true, summary: "one metric, with --source" },
    source: { value: "TEXT", summary: "the origin of the values of --metric" },
    "file-only": { summary: "write only the file of the release, and change no environment" },
    "owner-policy": {
      summary:
        "write nothing, and print the policies for the owner of the artifact's bucket and key;\nfor the release of --id",
    },
  },
  notes: `The command reads the artifact once to compute its SHA-256, and reads the digest of the image from AWS. It writes all files or,
after an error, no file. ${documentPath("releases.md")} describes releases.

examples: npx sagemaker-stages release churn --from dev --metrics training/metrics.json
          npx sagemaker-stages release churn --id 2026-11-20 --owner-policy

${EXIT_STATUS}`,
} as const satisfies CommandForm;

/** The form of `promote`. */
export const PROMOTE = {
  name: "promote",
  summary: "Let an environment serve a release that another environment has deployed",
  words: {
    model: { summary: "name of the model" },
    from: { summary: "name of the environment that has deployed the release" },
    to: { summary: "name of the environment that will serve the release" },
  },
  options: {
    release: {
      value: "ID",
      summary: "id of the release, e.g. of an earlier release to go back;\ndefault: the release of <from>",
    },
  },
  notes: `The command reads the outputs of <from> with terraform, and refuses a release that <from> has not deployed. It changes one line of
<to>, and adds the digest to the file of the release. It needs the permission to read the state of <from>. ${documentPath("releases.md")} describes promotions.

example: npx sagemaker-stages promote churn staging prod

${EXIT_STATUS}`,
} as const satisfies CommandForm;
