/** `config.json`: what whoever serves the page tells it. */
export interface WebsiteConfig {
  /** URL of the stage, e.g. `https://<api>.execute-api.us-east-1.amazonaws.com/dev`. */
  readonly stageUrl: string;
}
