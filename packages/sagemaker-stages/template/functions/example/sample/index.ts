import { readCsvRows, sampleContainer } from "sagemaker-stages/sample";

/** Answers on the local stage in place of the trained model: length times width. */
export const sample = sampleContainer("sample model: length times width", (request) => {
  const areas = readCsvRows(request, 2).map(([length = 0, width = 0]) => length * width);
  return { contentType: "text/csv", body: areas.join("\n") };
});
