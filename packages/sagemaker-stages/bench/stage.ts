import type { Environment } from "../src/environment/environment";
import { ProjectCopy } from "../tests/local/support/project";
import { RunningStage } from "../tests/local/support/running-stage";

/** A local stage that a topic calls. */
export interface BenchStage {
  /** The address, without a path. */
  readonly url: string;
  /** The folder of an app with the served environments, for commands that read the app. */
  readonly folder: string;
  stop(): Promise<void>;
}

/**
 * Starts a local stage.
 *
 * @param environments - the environments, of models of the fixture app
 * @param containers - the addresses of containers, by the model's name. Other models have their sample
 */
export type StartStage = (
  environments: readonly Environment[],
  containers?: Readonly<Record<string, string>>,
) => Promise<BenchStage>;

/** Starts `sagemaker-stages start` in its own process, so that the callers do not slow the stage. */
export const startStage: StartStage = async (environments, containers = {}) => {
  const project = new ProjectCopy();
  project.setEnvironments(...environments);
  const stage = await RunningStage.serve(project, [
    ...environments.map(({ name }) => name),
    ...Object.entries(containers).flatMap(([model, url]) => ["--container", `${model}=${url}`]),
  ]).catch((error) => {
    project.remove();
    throw error;
  });
  return {
    url: stage.url,
    folder: project.folder,
    stop: async () => {
      await stage.kill();
      project.remove();
    },
  };
};
