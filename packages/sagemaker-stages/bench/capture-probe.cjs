// A process that calls one handler: `node capture-probe.cjs <handler's file> <file for the result> <first calls>
// <measured calls>`. With capture, an invocation ends when the extension requests the next event; without capture, an
// invocation ends with the answer.
const { writeFileSync } = require("node:fs");
const http = require("node:http");

const [, , file, result, ...numbers] = process.argv;
const [WARM_UP_CALLS, CALLS] = numbers.map(Number);

// On Lambda, the runtime keeps the process running. The extension alone does not.
setInterval(() => undefined, 1_000);

let onIdle = () => undefined;
const { request } = http;
http.request = (options, ...rest) => {
  if (typeof options.path === "string" && options.path.endsWith("/extension/event/next")) onIdle();
  return request(options, ...rest);
};

const cpuInMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};
const median = (values) => values.sort((one, other) => one - other)[Math.floor(values.length / 2)];

async function main() {
  const start = performance.now();
  const { handler, ready } = require(file);
  await ready;
  let coldInMs;
  const [answers, ends] = [[], []];
  let cpu = 0;
  for (let call = 0; call < WARM_UP_CALLS + CALLS; call++) {
    if (call === WARM_UP_CALLS) cpu = cpuInMs();
    const idle = ready && new Promise((resolve) => (onIdle = resolve));
    const before = performance.now();
    // The server of the benchmark numbers the events of the Extensions API in this order.
    const context = { awsRequestId: `call-${call}`, getRemainingTimeInMillis: () => 28_000 };
    const answer = await handler({ data: "52000.5,8500,36" }, context);
    const answered = performance.now();
    coldInMs ??= answered - start;
    await idle;
    if (answer !== "repaid") throw new Error(`${file}: got ${JSON.stringify(answer)}; allowed: "repaid"`);
    if (call < WARM_UP_CALLS) continue;
    answers.push(answered - before);
    ends.push(performance.now() - before);
  }
  const figures = {
    cpuInMs: (cpuInMs() - cpu) / CALLS,
    answerInMs: median(answers),
    invocationInMs: median(ends),
  };
  writeFileSync(result, JSON.stringify({ coldInMs, ...figures }));
  process.exit(0);
}

main().catch((error) => {
  process.stderr.write(`${error?.stack}\n`);
  process.exit(1);
});
