import { describe } from "@jest/globals";
import { ownCertificate } from "../../examples/own-certificate";
import { testLifecycles } from "./support/example-lifecycles";

// Beside domain-names.test.ts, because the provider waits for CloudFront and Route 53 in both files.
describe("an example with existing certificates", () => {
  testLifecycles([ownCertificate]);
});
