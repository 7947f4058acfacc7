import { createApp } from "sagemaker-stages";
import { environments } from "./environments";
import { accounts } from "./environments/accounts";
import { models } from "./functions";
import { AccountStack } from "./stacks/account-stack";
import { InferenceStack } from "./stacks/inference-stack";

// The program of cdktf.json: writes one Terraform stack per environment and per account to cdktf.out.
createApp({ models, environments, accounts, InferenceStack, AccountStack }).synth();
