import { runInNewContext } from "node:vm";
import { describe, expect, it } from "@jest/globals";
import { environmentOf } from "../environment/support/environments";
import { checkEnvironments } from "../support/app";
import { documents, readDocument } from "./support/documents";

const IMAGE = /\bimage: (\{[^{}]*\})/g;

/** Every `image: { … }` of a document that has no placeholder. */
const images = documents.flatMap((document) =>
  [...readDocument(document).matchAll(IMAGE)].flatMap(([, text = ""]) =>
    text.includes("…") ? [] : [[document, text] as const],
  ),
);

describe("the images in the documents", () => {
  it.each(images)("%s: %s is a valid setting", (_, text) => {
    // Prepare: an image for GPUs requires an instance type with GPUs, and an image for CPUs refuses it
    const instanceType = text.includes("gpu") ? "ml.g5.xlarge" : "ml.m5.xlarge";
    const image: unknown = structuredClone(runInNewContext(`(${text})`));
    const environment = environmentOf({
      artifact: "s3://amzn-s3-demo-bucket/model.tar.gz",
      image,
      // The variables that an image of scikit-learn requires. The checks accept them with every image, although an image of
      // XGBoost with SAGEMAKER_PROGRAM enters script mode, and then needs the script in its artifact, too.
      containerEnvironment: {
        SAGEMAKER_PROGRAM: "inference.py",
        SAGEMAKER_SUBMIT_DIRECTORY: "/opt/ml/model/code",
      },
      instances: { instanceType, initialInstanceCount: 1 },
    });

    // Act
    const faults = checkEnvironments([environment]);

    // Assess: an image by its address belongs to one region
    expect(faults.filter(({ allowed }) => !allowed.includes("region"))).toEqual([]);
  });
});
