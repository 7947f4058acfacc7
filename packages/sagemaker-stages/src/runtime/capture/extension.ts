import { Agent, type IncomingMessage, request } from "node:http";
import { isRecord, parseJson } from "../json";

/** An invocation that Lambda announces to an extension. */
export interface Invocation {
  readonly requestId: string;
  /** The time at which Lambda ends the invocation, in milliseconds since 1970. */
  readonly deadlineMs: number;
  readonly invokedFunctionArn: string;
}

const PATH = "/2020-01-01/extension";

/** The time for the registration. The address is in the function's own environment, so an answer takes a few milliseconds. */
const REGISTRATION_TIMEOUT_IN_MS = 1_000;

const RETRY_WAIT_IN_MS = 100;

/**
 * Registers an internal extension in the function's process. Lambda returns the answer of an invocation at once, and freezes
 * the process only after the extension has requested the next event
 * (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html). The extension requests the next event after
 * `work`.
 *
 * @param address - AWS_LAMBDA_RUNTIME_API: host and port
 * @param work - the work of one invocation; it must end in bounded time, and never throw
 * @returns whether Lambda accepted the registration. Await the result in the init phase: Lambda accepts no registration
 * after the runtime has requested its first event
 */
export async function startExtension(
  address: string,
  work: (invocation: Invocation) => Promise<void>,
): Promise<boolean> {
  // One connection for all events.
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const toLambda: Target = { address, agent };
  let isLate = false;
  const registration = send(toLambda, "POST", "/register", { "lambda-extension-name": "capture" }, 1).then(
    (registered) => {
      const id = registered?.headers["lambda-extension-identifier"];
      if (typeof id !== "string") return false;
      // Lambda waits for every extension that it has registered, also if its answer was late.
      void serve(toLambda, id, isLate ? async () => undefined : work);
      return !isLate;
    },
  );
  const timeout = new Promise<false>((resolve) => {
    const giveUp = () => {
      isLate = true;
      resolve(false);
    };
    const timer = setTimeout(giveUp, REGISTRATION_TIMEOUT_IN_MS);
    void registration.then(() => clearTimeout(timer));
  });
  return await Promise.race([registration, timeout]);
}

/** The Extensions API, and the connection to it. */
interface Target {
  readonly address: string;
  readonly agent: Agent;
}

async function serve(
  toLambda: Target,
  id: string,
  work: (invocation: Invocation) => Promise<void>,
): Promise<void> {
  for (;;) {
    const answer = await send(toLambda, "GET", "/event/next", { "lambda-extension-identifier": id });
    if (answer === null) return;
    const event = parseJson(answer?.body ?? "");
    // Lambda waits for the next request, so that the extension must send it in any case.
    if (isInvocation(event)) await work(event);
    else await new Promise((resolve) => setTimeout(resolve, RETRY_WAIT_IN_MS).unref());
  }
}

function isInvocation(event: unknown): event is Invocation {
  return isRecord(event) && typeof event.requestId === "string" && typeof event.deadlineMs === "number";
}

interface Answer {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/**
 * @param isRegistration - set for the registration, which has a body
 * @returns `undefined` without a 200; `null` if nothing listens at the address: Lambda has ended, and another program can use the
 * address later
 */
function send(
  { address, agent }: Target,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  isRegistration?: 1,
): Promise<Answer | null | undefined> {
  const [hostname, port] = address.split(":");
  return new Promise((resolve) => {
    const outgoing = request({ hostname, port, method, path: `${PATH}${path}`, headers, agent });
    outgoing.on("error", ({ code }: NodeJS.ErrnoException) =>
      resolve(code === "ECONNREFUSED" ? null : undefined),
    );
    // Lambda answers the request for the next event when a caller sends a request, whenever this is. The waiting request must
    // not keep a process running that has nothing else to do.
    outgoing.on("socket", (socket) => socket.unref());
    outgoing.on("response", (incoming) => {
      let body = "";
      incoming.setEncoding("utf8");
      incoming.on("data", (chunk: string) => {
        body += chunk;
      });
      incoming.on("error", () => resolve(undefined));
      incoming.on("end", () =>
        resolve(incoming.statusCode === 200 ? { headers: incoming.headers, body } : undefined),
      );
    });
    outgoing.end(isRegistration && JSON.stringify({ events: ["INVOKE"] }));
  });
}
