import { defineModels } from "sagemaker-stages/model";
import * as fileEcho from "./file-echo/contract";
import * as flowerScores from "./flower-scores/contract";
import * as housePrice from "./house-price/contract";
import * as tensorDouble from "./tensor-double/contract";
import * as textLabels from "./text-labels/contract";

/** Models of the protocols of containers. */
export const models = defineModels({
  "file-echo": fileEcho,
  "flower-scores": flowerScores,
  "text-labels": textLabels,
  "house-price": housePrice,
  "tensor-double": tensorDouble,
});
