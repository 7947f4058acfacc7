import { createApp } from "sagemaker-stages";
import { environments } from "./environments";
import { models } from "./functions";

createApp({ models, environments }).synth();
