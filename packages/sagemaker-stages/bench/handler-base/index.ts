/**
 * The base of the handler's measurement: the smallest handler that signs a request, sends it over `node:http` with
 * keep-alive, and returns the prediction. It validates nothing, has no time limit, no retry and no log. Its signature is the
 * fastest that `node:crypto` of every supported Node.js version permits: the key of the day is cached, and the order of the
 * headers is fixed.
 */
import { createHash, createHmac } from "node:crypto";
import { Agent, request } from "node:http";

const {
  ENDPOINT_NAME = "",
  AWS_REGION = "",
  AWS_ACCESS_KEY_ID = "",
  AWS_SECRET_ACCESS_KEY = "",
  AWS_ENDPOINT_URL = "",
} = process.env;

const { hostname, host, port } = new URL(AWS_ENDPOINT_URL);
const agent = new Agent({ keepAlive: true });
const path = `/endpoints/${ENDPOINT_NAME}/invocations`;
const SIGNED_HEADERS = "accept;content-type;host;x-amz-date";

const hash = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

let key: { readonly day: string; readonly bytes: Buffer } | undefined;

function keyOf(day: string): Buffer {
  if (key?.day !== day) {
    const bytes = [day, AWS_REGION, "sagemaker", "aws4_request"].reduce<string | Buffer>(
      hmac,
      `AWS4${AWS_SECRET_ACCESS_KEY}`,
    ) as Buffer;
    key = { day, bytes };
  }
  return key.bytes;
}

function headersFor(body: string): Record<string, string> {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const day = time.slice(0, 8);
  const scope = `${day}/${AWS_REGION}/sagemaker/aws4_request`;
  const canonical = `POST\n${path}\n\naccept:application/json\ncontent-type:text/csv\nhost:${host}\nx-amz-date:${time}\n\n${SIGNED_HEADERS}\n${hash(body)}`;
  const signature = hmac(keyOf(day), `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash(canonical)}`).toString(
    "hex",
  );
  return {
    accept: "application/json",
    "content-type": "text/csv",
    host,
    "x-amz-date": time,
    authorization: `AWS4-HMAC-SHA256 Credential=${AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=${SIGNED_HEADERS}, Signature=${signature}`,
  };
}

/** Answers a REST event of API Gateway with the label of the first prediction. */
export function handler(event: { readonly body: string }): Promise<unknown> {
  const body: string = JSON.parse(event.body).data;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { agent, hostname, port, method: "POST", path, headers: headersFor(body) },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const [first] = JSON.parse(String(Buffer.concat(chunks))).predictions;
          const headers = { "Content-Type": "application/json" };
          const answer = first.predicted_label === 0 ? "repaid" : "defaulted";
          resolve({ statusCode: 200, headers, body: JSON.stringify(answer) });
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
