import type { Input } from "./inputs";

/** The variable with the path of the file for the recording. */
export const RECORDING_FILE = "SAGEMAKER_STAGES_RECORDING";

/** The variable with the start of the synthesis, in milliseconds since 1970. */
export const RECORDING_STARTED_AT = "SAGEMAKER_STAGES_RECORDING_STARTED_AT";

/** What the process of a synthesis has recorded. */
export interface Recording {
  readonly inputs: readonly Input[];
  /** The environment variables that the synthesis read; `undefined` for all variables. */
  readonly names: readonly string[] | undefined;
  /** The reason why a later start cannot know whether the result would be the same; `undefined` if it can. */
  readonly unrecordable: string | undefined;
}
