/** `config.json`: the settings of the page, from the server of the page. */
export interface WebsiteConfig {
  /** URL of the stage, e.g. `https://<api>.execute-api.us-east-1.amazonaws.com/dev`. */
  readonly stageUrl: string;
  /**
   * The reasons why answers are not predictions, by the model's name. The local stage has a stand-in for a model without a
   * sample and without a container.
   *
   * @default - none, as on AWS
   */
  readonly caveats?: Readonly<Record<string, string>>;
}
