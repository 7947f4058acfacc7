// A process that calls one handler: `node handler-probe.cjs <handler's file> <file for the result> <single calls> <concurrent
// calls>`. Only functions of Node.js are loaded before the handler, so that the first figure contains all that the handler loads.
const { writeFileSync } = require("node:fs");

const [, , file, result, ...numbers] = process.argv;
const [WARM_CALLS, CONCURRENT_CALLS] = numbers.map(Number);
const CONCURRENCY = 16;

const headers = {
  Accept: "application/json",
  "Accept-Encoding": "gzip, deflate, br",
  "Content-Type": "application/json",
  Host: "abcdefghij.execute-api.us-east-1.amazonaws.com",
  "User-Agent": "curl/8.5.0",
  "X-Amzn-Trace-Id": "Root=1-00000000-000000000000000000000000",
  "X-Forwarded-For": "203.0.113.1",
  "X-Forwarded-Port": "443",
  "X-Forwarded-Proto": "https",
};
/** A REST proxy event of API Gateway. */
const event = {
  resource: "/loan-default",
  path: "/loan-default",
  httpMethod: "POST",
  headers,
  multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
  queryStringParameters: null,
  multiValueQueryStringParameters: null,
  pathParameters: null,
  stageVariables: null,
  requestContext: { requestId: "3f2c9c1e-0000-4000-8000-000000000000", stage: "prod", httpMethod: "POST" },
  body: '{"data":"52000.5,8500,36"}',
  isBase64Encoded: false,
};
const context = {
  awsRequestId: "8b1c2d3e-0000-4000-8000-000000000000",
  getRemainingTimeInMillis: () => 28_000,
};

function requireAnswer(answer) {
  if (answer?.statusCode === 200 && answer.body === '"repaid"') return;
  throw new Error(`${file}: got ${JSON.stringify(answer)}; allowed: status 200 and the body "repaid"`);
}

const cpuInMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

async function main() {
  const start = performance.now();
  const cpuAtStart = cpuInMs();
  const { handler } = require(file);
  requireAnswer(await handler(event, context));
  const coldInMs = performance.now() - start;
  const coldCpuInMs = cpuInMs() - cpuAtStart;

  const times = [];
  const cpuBeforeWarm = cpuInMs();
  for (let call = 0; call < WARM_CALLS; call++) {
    const before = performance.now();
    await handler(event, context);
    times.push(performance.now() - before);
  }
  const warmCpuInMs = (cpuInMs() - cpuBeforeWarm) / WARM_CALLS;
  times.sort((one, other) => one - other);

  let left = CONCURRENT_CALLS;
  const caller = async () => {
    while (left-- > 0) requireAnswer(await handler(event, context));
  };
  const [startOfCallers, cpuBeforeCallers] = [performance.now(), cpuInMs()];
  await Promise.all(Array.from({ length: CONCURRENCY }, caller));
  const perSecond = (CONCURRENT_CALLS * 1_000) / (performance.now() - startOfCallers);
  const concurrentCpuInMs = (cpuInMs() - cpuBeforeCallers) / CONCURRENT_CALLS;

  const warmInMs = times[Math.floor(times.length / 2)];
  writeFileSync(
    result,
    JSON.stringify({ coldInMs, coldCpuInMs, warmInMs, warmCpuInMs, perSecond, concurrentCpuInMs }),
  );
  process.exit(0);
}

main().catch((error) => {
  process.stderr.write(`${error?.stack}\n`);
  process.exit(1);
});
