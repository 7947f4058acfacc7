import { describe, expect, it } from "@jest/globals";
import { pathParametersOf } from "../../src/local/rest-api/url";

const ID = "/v1/iris/requests/{id}";

describe("the parameters of a path", () => {
  it.each([
    [ID, "/v1/iris/requests/a-b_c", { id: "a-b_c" }],
    [ID, "/v1/iris/requests/a%20b", { id: "a b" }],
    [ID, "/v1/iris/requests/%", { id: "%" }],
    ["/v1/iris", "/v1/iris", {}],
    [ID, "/v1/iris/requests", undefined],
    [ID, "/v1/iris/requests/", undefined],
    [ID, "/v1/iris/requests/a/b", undefined],
    [ID, "/v1/iris/uploads/a", undefined],
  ])("of the resource %s are the segments of %s", (resource, path, parameters) => {
    expect(pathParametersOf(resource, path)).toEqual(parameters);
  });
});
