/** A pattern for commands, and the test or CI script that runs the matching commands. */
export interface RegisteredCommand {
  /** Matches the command from its first to its last character. */
  readonly form: RegExp;
  /** The file that runs the command, relative to the repository's folder. `$1` is the first group of `form`. */
  readonly runBy: string;
  /** A text that the file contains. `$1` is the first group of `form`. */
  readonly evidence: string;
  /** The only document that has the command. Default: every document. */
  readonly document?: string;
}

const TESTS = "packages/sagemaker-stages/tests";

/** The commands of documents that other tests run. The first entry that matches a command applies. */
export const REGISTRY: readonly RegisteredCommand[] = [
  { form: /npm ci/, runBy: ".ci/first-day", evidence: "\n  npm ci " },
  { form: /npm cit/, runBy: ".ci/first-day", evidence: "\n  npm cit\n" },
  { form: /npm test/, runBy: ".ci/first-day", evidence: "\n  npm test\n" },
  { form: /npm run check/, runBy: ".ci/first-day", evidence: "\n  npm run check\n" },
  { form: /npm start/, runBy: ".ci/first-day", evidence: "sagemaker-stages start --port" },
  { form: /npm start -- .*/, runBy: `${TESTS}/local/command-line.test.ts`, evidence: '"--container ' },
  { form: /npm install( --save-exact .+)?/, runBy: ".ci/first-day", evidence: "\n  npm install " },
  {
    form: /npm (install --save-exact|uninstall|pkg set) .+|npx cdktn synth/,
    runBy: `${TESTS}/cdktn/app.test.ts`,
    evidence: "commandsUnder(",
    document: "docs/cdk-terrain.md",
  },
  { form: /\.ci\/run/, runBy: ".github/workflows/check.yml", evidence: "run: .ci/run" },
  { form: /\.ci\/engine/, runBy: ".github/workflows/engine.yml", evidence: "run: .ci/engine" },
  { form: /npm run test:first-day/, runBy: ".ci/engine", evidence: "npm run test:first-day" },
  {
    form: /pip install 'moto\[server\]==[\d.]+'( boto3)?/,
    runBy: ".github/workflows/engine.yml",
    evidence: "pip\" install --quiet 'moto[server]==",
  },
  { form: /npx cdktf synth/, runBy: ".ci/first-day", evidence: "cdktf synth\n" },
  {
    form: /node \.ci\/remove-model\.mjs( [\w-]+)+/,
    runBy: ".ci/first-day",
    evidence: '/.ci/remove-model.mjs" "$@"',
  },
  {
    form: /npm run (?:--silent )?deployer -- \S+( \d{12})?/,
    runBy: `${TESTS}/stacks/deployer.test.ts`,
    evidence: '"deployer"',
  },
  {
    form: /npm run smoke -- \S+ --url http:\/\/127\.0\.0\.1:3000\/\S+/,
    runBy: `${TESTS}/smoke/local-stage.test.ts`,
    evidence: 'const words = ["dev", "--url", ',
  },
  {
    form: /npx sagemaker-stages baseline \S+ --data \S+ --drop \S+/,
    runBy: `${TESTS}/drift/command-line.test.ts`,
    evidence: 'call("baseline", "loan-default", "--data", ',
  },
  {
    form: /npx sagemaker-stages baseline \S+ --data \S+ --at \S+/,
    runBy: `${TESTS}/drift/dates.test.ts`,
    evidence: 'write("iris", "train.csv", "--at", ',
  },
  {
    form: /npx sagemaker-stages drift \S+ --captured \.sagemaker-stages\/capture\/\S+/,
    runBy: `${TESTS}/drift/command-line.test.ts`,
    evidence: 'call("drift", "dev", "--captured", FOLDER)',
  },
  {
    form: /npx sagemaker-stages load \S+ --model \S+ --rate \d+ --seconds \d+ --url http:\/\/127\.0\.0\.1:3000\/\S+/,
    runBy: `${TESTS}/load/local-stage.test.ts`,
    evidence: '"--model", "loan-default", "--rate", "5", "--seconds", "1"]',
  },
  {
    form: /npx biome check --write \.|npm run format/,
    runBy: ".ci/first-day",
    evidence: "\n  npm run format\n",
  },
  {
    form: /npx( --package \S+\.tgz)? sagemaker-stages init \S+ --engine \S+/,
    runBy: ".ci/first-day",
    evidence: "sagemaker-stages init my-app --engine",
  },
  {
    form: /npx sagemaker-stages doctor( \S+)?( \| git apply)?/,
    runBy: `${TESTS}/cli/init-and-doctor.test.ts`,
    evidence: "doctor | git apply",
  },
  {
    form: /npm run providers:lock|npx sagemaker-stages providers-lock/,
    runBy: `${TESTS}/terraform/provider-lock.test.ts`,
    evidence: '"providers-lock"',
  },
  {
    form: /npm run docs/,
    runBy: `${TESTS}/documentation/provider-versions.test.ts`,
    evidence: "contains the tables that npm run docs writes",
  },
  {
    form: /npm run record:provider-schema -- \S+/,
    runBy: `${TESTS}/documentation/provider-versions.test.ts`,
    evidence: "documentation/record-provider-schema.ts",
  },
  {
    form: /curl (--no-buffer )?http:\/\/127\.0\.0\.1:3000\/(dev|prod)\/v1\/chat\/completions .*/,
    runBy: `${TESTS}/local/openai-client.test.ts`,
    evidence: "chat.completions.create(",
    document: "packages/sagemaker-stages/examples/storyteller/README.md",
  },
  {
    form: /npx tsx functions\/storyteller\/training\/train\.ts \S+/,
    runBy: `${TESTS}/fixtures/storyteller.test.ts`,
    evidence: "functions/storyteller/training/train.ts",
    document: "packages/sagemaker-stages/examples/storyteller/functions/storyteller/README.md",
  },
  {
    form: /npx tsx functions\/([\w-]+)\/training\/train\.ts .+/,
    runBy: "functions/$1/tests/training.test.ts",
    evidence: "functions/$1/training/train.ts",
  },
  {
    form: /python3 functions\/[\w-]+\/tests\/parity\/reference\.py|node --import tsx functions\/[\w-]+\/tests\/parity\/compare\.ts \d+|npx biome check --write functions\/[\w-]+\/tests\/parity/,
    runBy: `${TESTS}/python/documented-commands.test.ts`,
    evidence: "tests/parity/README.md",
  },
  {
    form: /pip install --target functions\/churn .*/,
    runBy: `${TESTS}/python/documented-commands.test.ts`,
    evidence: "pip install --target",
    document: "docs/python.md",
  },
  {
    form: /curl http:\/\/127\.0\.0\.1:3000\/dev\/.*/,
    runBy: `${TESTS}/local/five-models.test.ts`,
    evidence: "answers the documented request of",
    document: "docs/five-models.md",
  },
  {
    form: /curl -H 'Host: api\.example\.com' http:\/\/127\.0\.0\.1:3000\/v1\/.*/,
    runBy: `${TESTS}/local/domain-names.test.ts`,
    evidence: "has a curl line that calls the domain name",
    document: "docs/domain-names.md",
  },
  {
    form: /curl --resolve api\.example\.com:3000:127\.0\.0\.1 .*/,
    runBy: `${TESTS}/local/domain-names.test.ts`,
    evidence: "curl --resolve",
    document: "docs/domain-names.md",
  },
];
