import { type About, type Bytes, type Contract, respond } from "sagemaker-stages/model";
import * as z from "zod/mini";

const TYPES = ["application/octet-stream", "application/x-npy", "audio/wav", "image/jpeg", "text/csv"];

const schema = z.object({ contentType: z.string(), base64: z.string() });

/** A model that returns the received file, on a serverless endpoint. */
export const contract = {
  model: "file-echo",
  route: { method: "POST", path: "/file-echo" },
  schema,
  limits: { rows: 1, payloadInBytes: 4 * 1024 * 1024 },
  bytes: { takes: TYPES, read: (bytes) => bytes },
  answerTypes: TYPES,
  callerHeaders: ["x-correlation-id"],
  answerHeaders: ["x-model-version", "x-correlation-id"],
  encode: ({ contentType, base64 }, { headers }) => ({
    contentType,
    accept: contentType,
    body: Buffer.from(base64, "base64"),
    rows: 1,
    headers: { customAttributes: headers["x-correlation-id"] ?? "none" },
  }),
  decode: (_body, _request, { contentType, bytes, customAttributes = "" }) =>
    respond(
      { contentType, base64: Buffer.from(bytes).toString("base64") },
      { status: 201, headers: { "x-model-version": "7", "x-correlation-id": customAttributes } },
    ),
} satisfies Contract<Bytes, Bytes>;

export const about: About<Bytes, Bytes> = {
  title: "File echo",
  description: "Answers with the file that it receives.",
  allowed: "a file, or {contentType, base64}",
  example: {
    request: { contentType: "application/octet-stream", base64: "AAEC" },
    answer: { contentType: "application/octet-stream", base64: "AAEC" },
  },
};
