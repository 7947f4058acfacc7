import { describe } from "@jest/globals";
import { endpointTargets } from "../../examples/endpoint-targets";
import { frameworkImages } from "../../examples/framework-images";
import { hubModels } from "../../examples/hub-models";
import { multiModel } from "../../examples/multi-model";
import { series } from "../../examples/series";
import { testLifecycles } from "./support/example-lifecycles";

/**
 * The examples of models and endpoints that no other test deploys. `registry` is omitted: its plan reads the approval of a
 * package with the Cloud Control API, and the emulator does not have this API.
 */
const deployed = [endpointTargets, frameworkImages, hubModels, multiModel, series];

describe("an example", () => {
  testLifecycles(deployed);
});
