/**
 * `npm run bench` measures the speed and the memory of the project. Each result is the ratio of two measurements of one run,
 * because the seconds of one machine do not apply to other machines. `npm run bench -- <topic> […]` measures some topics; see
 * {@link TOPICS}.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { benchCapture } from "./capture";
import { benchFlood } from "./flood";
import { benchGateway } from "./gateway";
import { benchHandler } from "./handler";
import { benchLoad } from "./load";
import { benchLocalStage } from "./local-stage";
import { FIXTURE_APP } from "./measure";
import { Report } from "./report";
import { benchReview } from "./review";
import { benchStreams } from "./streams";
import { benchSynthesis } from "./synthesis";
import { readTopics, type Selected, type Topic, UsageError } from "./topics";

/** What a topic needs to measure. */
interface Bench {
  readonly report: Report;
  /** A folder for temporary files. */
  readonly folder: string;
  /** The duration that the command line sets. */
  readonly seconds: number;
}

const BENCHES: Readonly<Record<Topic, (bench: Bench) => Promise<void>>> = {
  synthesis: ({ report, folder }) => benchSynthesis(report, folder),
  handler: ({ report, folder }) => benchHandler(report, folder),
  capture: ({ report, folder }) => benchCapture(report, folder),
  "local-stage": ({ report, folder }) => benchLocalStage(report, folder),
  review: ({ report, folder }) => benchReview(report, folder),
  flood: ({ report, seconds }) => benchFlood(report, seconds),
  gateway: ({ report, seconds }) => benchGateway(report, seconds),
  streams: ({ report, folder, seconds }) => benchStreams(report, folder, seconds),
  load: ({ report, seconds }) => benchLoad(report, seconds),
};

async function run(selected: readonly Selected[]): Promise<void> {
  // The engine reads the app in the current folder.
  process.chdir(FIXTURE_APP);
  const report = new Report((text) => process.stdout.write(text));
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    for (const { topic, seconds } of selected) {
      report.note(`\n== ${topic}`);
      await BENCHES[topic]({ report, folder, seconds });
    }
    report.finish();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  try {
    await run(readTopics(process.argv.slice(2)));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}

void main();
