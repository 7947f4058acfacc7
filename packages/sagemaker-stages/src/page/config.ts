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
  /**
   * The sign-in of the page's users.
   *
   * @default - no sign-in
   */
  readonly signIn?: SignInConfig;
}

/** The user pool, the identity pool and the models of the page's sign-in. Every value is public. */
export interface SignInConfig {
  /** The region in the scope of signatures. */
  readonly region: string;
  /** The address of the user pool's sign-in form, without a slash at the end. */
  readonly domainUrl: string;
  /** The id of the user pool's client. */
  readonly clientId: string;
  /** The page's URL, to which the sign-in form redirects the user. */
  readonly redirectUrl: string;
  /** The issuer of the tokens, e.g. `https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_a1B2c3D4e`. */
  readonly issuer: string;
  readonly identityPoolId: string;
  /** The URL of the identity pool's API. */
  readonly identityPoolUrl: string;
  /** The models that signed-in users may call, by the path of the route. */
  readonly targets: Readonly<Record<string, SignInTarget>>;
}

/** The address of a model that signed-in users may call. */
export interface SignInTarget {
  /** The URL of the route, or the function URL. */
  readonly url: string;
  /** The service in the scope of the signature; `token` if the route requires the user's ID token and no signature. */
  readonly service: "execute-api" | "lambda" | "token";
}
