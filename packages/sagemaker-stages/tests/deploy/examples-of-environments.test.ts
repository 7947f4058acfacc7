import { describe } from "@jest/globals";
import { fiveModels } from "../../examples/five-models";
import { gateway } from "../../examples/gateway";
import { prefix } from "../../examples/prefix";
import { tokens } from "../../examples/tokens";
import { testLifecycles } from "./support/example-lifecycles";

/** The examples of whole environments that no other test deploys. */
const deployed = [fiveModels, gateway, prefix, tokens];

describe("an example", () => {
  testLifecycles(deployed);
});
