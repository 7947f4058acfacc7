import { describe, expect, it } from "@jest/globals";
import { readBoxes } from "../../../src/page/plan/boxes";

const CAT = { label: "cat", score: 0.9, box: { xmin: 10, ymin: 20, xmax: 110, ymax: 220 } };
const CAT_BOX = { label: "cat", score: 0.9, left: 10, top: 20, width: 100, height: 200 };

describe("boxes in an image", () => {
  it.each<[string, unknown]>([
    ["a list of labels with boxes", [CAT]],
    ["an object whose only member is such a list", { predictions: [CAT] }],
  ])("are read from %s", (_, answer) => {
    // Act
    const boxes = readBoxes(answer);

    // Assess
    expect(boxes).toEqual([CAT_BOX]);
  });

  it("are read from a list without scores", () => {
    // Prepare
    const { score: _, ...withoutScore } = CAT;

    // Act
    const [box] = readBoxes([withoutScore]) ?? [];

    // Assess
    expect(box).not.toHaveProperty("score");
  });

  it.each<[string, unknown]>([
    ["an empty list", []],
    ["labels without boxes", [{ label: "cat", score: 0.9 }]],
    ["a list with one entry that has no box", [CAT, { label: "dog", score: 0.1 }]],
    ["a box of four numbers, whose meaning is not known", [{ label: "cat", box: [10, 20, 110, 220] }]],
    ["a corner that is not a number", [{ ...CAT, box: { ...CAT.box, xmax: null } }]],
    ["corners in the wrong order", [{ ...CAT, box: { ...CAT.box, xmax: 0 } }]],
    ["an object with another member", { predictions: [CAT], model: "a" }],
    ["a text", "cat"],
    ["nothing", null],
  ])("are not read from %s", (_, answer) => {
    // Act
    const boxes = readBoxes(answer);

    // Assess
    expect(boxes).toBeUndefined();
  });
});
