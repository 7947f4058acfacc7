/** `config.json`: the settings of the page, from the server of the page. */
export interface WebsiteConfig {
  /** URL of the stage, e.g. `https://<api>.execute-api.us-east-1.amazonaws.com/dev`. */
  readonly stageUrl: string;
}
