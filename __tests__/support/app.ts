import type { TestedApp } from "sagemaker-stages/testing";
import { environments } from "../../environments";
import { accounts } from "../../environments/accounts";
import { models } from "../../functions";
import { AccountStack } from "../../stacks/account-stack";
import { InferenceStack } from "../../stacks/inference-stack";

/** The app, as `main.ts` passes it to `createApp`. */
export const app: TestedApp = { models, environments, accounts, InferenceStack, AccountStack };
